"""The model card's filled-in parts in Japanese: headings of its tables, names of groups, the evaluation's sentences.

Tags keep their names. What is not known here stays English; a test reads a whole report for such leftovers.
"""

from __future__ import annotations

import re
from typing import Final

SIZES: Final = (
    "一辺{side}ピクセルまで使えます。縦に長くすると上の余白が増え、横に長くすると絵が片側に寄るか二重になります。"
    "横長に向いているのは風景だけです。"
)
_HEADINGS: Final[dict[str, str]] = {
    "group": "分類",
    "tag": "タグ",
    "drawn as asked": "指示どおり",
    "goal": "目標",
    "in new combinations": "新しい組み合わせ",
    "unasked": "指示なし",
    "probe on real pictures": "判定器の検出率",
    "probe's false positives": "判定器の誤検出率",
    "style": "画風",
    "source": "元の作品",
    "by": "作者",
    "licence": "ライセンス",
}
_GROUPS: Final[dict[str, str]] = {
    "style": "画風",
    "subject": "題材",
    "background": "背景",
    "hair colour": "髪の色",
    "hair shape": "髪型",
    "skin": "肌",
    "eyes": "目",
    "mouth": "口",
    "glasses": "眼鏡",
    "beard, horns and ears": "ひげ・角・耳",
    "clothes": "服",
    "scene": "場面",
    "hair length": "髪の長さ",
    "skin colour": "肌の色",
    "growth": "角や耳",
    "sky": "空",
    "ground": "地面",
    "relief": "地形",
    "planet colour": "惑星の色",
    "plant": "植物",
}
_SENTENCES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), japanese)
    for pattern, japanese in (
        (
            r"(\d+) prompts of (\d+) to (\d+) tags; (\d+) of them ask for a combination that no training picture "
            r"shows, (\d+) of these for a pair of tags that the last training held out\.",
            r"\2～\3個のタグからなるプロンプト\1件。うち\4件は学習用の絵にない組み合わせで、そのうち\5件は、最後の学習で"
            r"わざと一緒に見せなかったタグの組を含みます。",
        ),
        (
            r"New by subject: (.+)\. Drawn as asked: (.+) of the tags in prompts with a held-out pair, (.+) in other "
            r"new ones, (.+) in those seen before\. The probe learned without held-out pairs too; of the tags of real "
            r"pictures with such a pair it finds (.+)\.",
            r"題材ごとの新しい組み合わせ：\1。指示どおりに描いたタグの割合は、わざと見せなかった組を含むプロンプトで\2、"
            r"そのほかの新しい組み合わせで\3、学習にある組み合わせで\4でした。"
            r"判定器もそうした組を見ずに学習しました。それを含む本物の絵では、判定器はタグの\5を見つけます。",
        ),
        (
            r"Measured faithfulness per tag\. \*Unasked\*: how often it is drawn though not asked for \(in brackets: "
            r"how often real pictures of the same styles show it\)\.",
            r"タグごとに測った正確さ。「指示なし」は、指示していないのに描いた割合です（括弧内は、同じ画風の本物の絵にそのタグが現れる割合）。",
        ),
        (
            r"A tag counts as drawn if the probe finds it strongest in its group; in (?P<groups>.+), of which a "
            r"picture may show nothing, and for tags outside groups it must exceed the tag's limit as well\. Limits "
            r"are set on one half of the held-out real pictures, the figures are from the other\. Of pictures that "
            r"show nothing of such a group (\S+) are claimed to\.",
            r"判定器が分類の中でいちばん強く反応したタグを、描かれたものと数えます。何も現れないことのある分類（{groups}）と、"
            r"分類に属さないタグでは、さらにタグごとのしきい値を超えなければなりません。しきい値は、学習で見せていない本物の絵の"
            r"半分で決め、数字は残りの半分で測りました。そうした分類のものが何もない絵の\2で、判定器は何かがあると誤ります。",
        ),
        (
            r"Tags of which the probe finds less than (\S+) on real pictures: (.+)\. Tags that it claims for more than "
            r"(\S+) of the real pictures without them whose style could show them: (.+)\.",
            r"本物の絵でも判定器が見つける割合が\1に満たないタグ：\2。その画風にはあり得るのにそのタグのない本物の絵で\3を超えて誤検出するタグ：\4。",
        ),
        (r"Drawn and judged on (.+)\.", r"描画と判定に使った装置：\1"),
        (r"Not measured yet\.", r"まだ測っていません。"),
    )
)
# Within those sentences, and in the lists of costs.
_PHRASES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), japanese)
    for pattern, japanese in (
        (r"([^\s,：][^,：]*) (\d+) of (\d+)(?:, )?", r"\1 \3件中\2件、"),
        (r"、。", r"。"),
        (r"：none。", r"：なし。"),
        (r"([\d,]+) pictures seen, ", r"のべ\1枚、"),
        (r"([\d,]+) core minutes", r"\1コア分"),
        (r"^- decoder: ", "- デコーダー："),
        (r"^- denoiser: ", "- デノイザー："),
        (r"^- probe: ", "- 判定器："),
        (r"^- evaluation: ", "- 評価："),
    )
)
_VERDICT: Final = re.compile(r"(\d+%): (?:met|(\d+) points? short)")
_REMIX: Final = re.compile(r"Remix of (.+)")


def in_japanese(text: str) -> str:
    """Markdown that the export fills in, line by line in Japanese."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line and line[0] not in "|-" and lines and lines[-1] and lines[-1][0] not in "|-":
            lines[-1] += _line(line)  # the end of a line would become a space, which Japanese has not
        elif not line.startswith("|"):
            lines.append(_line(line))
        elif lines and lines[-1].startswith("|"):
            lines.append(_row(line))
        else:
            lines.append(_heading_row(line))
    return "\n".join(lines)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _heading_row(row: str) -> str:
    return f"| {' | '.join(_HEADINGS.get(cell, cell) for cell in _cells(row))} |"


def _row(row: str) -> str:
    """Only the first cell names a group: a tag in the second may be called like one ("glasses")."""
    first, *others = _cells(row)
    return f"| {' | '.join([_GROUPS.get(first, first), *map(_cell, others)])} |"


def _cell(cell: str) -> str:
    if found := _VERDICT.fullmatch(cell):
        return f"{found[1]}：{f'{found[2]}ポイント不足' if found[2] else '達成'}"
    if found := _REMIX.fullmatch(cell):
        return f"{found[1]}のリミックス"
    return cell


def _line(line: str) -> str:
    for pattern, japanese in _SENTENCES:
        if found := pattern.fullmatch(line):
            names = found.groupdict().get("groups", "").split(", ")
            line = found.expand(japanese).replace("{groups}", "、".join(_GROUPS.get(name, name) for name in names))
            break
    for pattern, japanese in _PHRASES:
        line = pattern.sub(japanese, line)
    return line
