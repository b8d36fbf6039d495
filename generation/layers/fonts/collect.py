"""Makes the typefaces of this folder from Debian's fonts-noto-cjk: `python -m generation.layers.fonts.collect`.

Needs fontTools, which the site doesn't. The same fonts and the same fontTools give the same files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERTICAL = 0xF0000
FOUND_IN = Path("/usr/share/fonts/opentype/noto")
FACES = (
    ("NotoSansCJK-Bold.ttc", "IrodoriGothic-Bold.otf", "Irodori Gothic"),
    ("NotoSerifCJK-Bold.ttc", "IrodoriMincho-Bold.otf", "Irodori Mincho"),
)
_FAMILY_NAMES = {1, 16}
_OTHER_NAMES = {3: "{family} Bold", 4: "{family} Bold", 6: "{compact}-Bold"}
_KEPT_NAMES = [0, 1, 2, 3, 4, 6, 13, 14]
_EXTRA = "♥♡♠♤♣♢♪♫♬☆★○●◎◇◆□■△▲▽▼※→←↑↓⇒⇔‼⁇⁈⁉〜～―…‥“”‘’«»€¢£¥©®™°±×÷½¼¾「」『』【】〈〉《》〔〕ゔゕゖヷヸヹヺ゠〳〴〵〼"


def characters() -> set[int]:
    """JIS X 0208 (levels 1 and 2) with what Windows added to it, Latin, halfwidth kana, and some signs."""
    wanted = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0xFF61, 0xFFA0), *map(ord, _EXTRA)}
    for high in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for low in range(0x40, 0xFD):
            try:
                text = bytes([high, low]).decode("cp932")
            except UnicodeDecodeError:
                continue
            wanted.update(map(ord, text))
    return {code for code in wanted if not 0xE000 <= code < 0xF900}


def main(folder: Path) -> None:
    """Write both files beside this one."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    for source, file, family in FACES:
        font = TTFont(folder / source, fontNumber=0)  # the Japanese face
        _give_vertical_forms(font)
        options = Options()
        options.layout_features = []
        options.hinting = False
        options.glyph_names = False
        options.notdef_outline = True
        options.name_IDs = _KEPT_NAMES
        options.name_languages = [0x409]
        options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
        options.recalc_timestamp = False
        wanted = characters()
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=wanted | {VERTICAL + code for code in wanted})
        subsetter.subset(font)
        _rename(font, family)
        font.save(Path(__file__).parent / file)
        sys.stdout.write(f"{file}: {len(font.getBestCmap())} characters\n")


def _give_vertical_forms(font: Any) -> None:
    forms = dict(_substitutions(font, "vert"))
    for table in font["cmap"].tables:
        if table.format == 12:
            named = {VERTICAL + code: forms[glyph] for code, glyph in table.cmap.items() if glyph in forms}
            table.cmap.update({code: glyph for code, glyph in named.items() if code < VERTICAL + 0x10000})


def _substitutions(font: Any, feature: str) -> Iterator[tuple[str, str]]:
    table = font["GSUB"].table
    found = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == feature
        for index in record.Feature.LookupListIndex
    }
    for index in sorted(found):
        for subtable in table.LookupList.Lookup[index].SubTable:
            whole = getattr(subtable, "ExtSubTable", subtable)
            yield from getattr(whole, "mapping", {}).items()


def _rename(font: Any, family: str) -> None:
    """A changed font under a name of its own."""
    compact = family.replace(" ", "")
    for record in font["name"].names:
        if record.nameID in _FAMILY_NAMES:
            record.string = family
        elif record.nameID in _OTHER_NAMES:
            record.string = _OTHER_NAMES[record.nameID].format(family=family, compact=compact)
    cff = font["CFF "].cff
    cff.fontNames[0] = f"{compact}-Bold"
    top = cff.topDictIndex[0]
    top.FamilyName, top.FullName = family, f"{family} Bold"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOUND_IN)
