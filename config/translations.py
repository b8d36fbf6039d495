"""Whether every sentence of the site exists in every language it offers; part of `make check`."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

SOURCES = ("config", "generation", "gallery", "tagging", "templates", "locale", "manage.py")
# `%(name)s` with its conversion, and `{name}`: what a sentence is filled in with.
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}")


def untranslated(catalogue: Path) -> list[str]:
    """The sentences of a .po file that have no translation or an uncertain (fuzzy) one."""
    return [
        entry.msgid
        for entry in polib.pofile(str(catalogue))
        if not entry.obsolete and (not entry.translated() or entry.fuzzy)
    ]


def broken_placeholders(catalogue: Path) -> list[str]:
    """The sentences of a .po file whose translation lacks a placeholder or has one that the source hasn't.

    Such a translation would raise `KeyError` in front of a reader, or keep something from them. The plural form
    of the source counts: its singular may say "one" for the number.
    """
    broken = []
    for entry in polib.pofile(str(catalogue)):
        if entry.obsolete:
            continue
        source = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        translations = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        if any(text and set(PLACEHOLDER.findall(text)) != source for text in translations):
            broken.append(entry.msgid)
    return broken


def missing_sentences(base: Path, language: str) -> list[str]:
    """The sentences found in the sources under `base` that the language's catalogue lacks.

    Extracts into a copy of the sources, so that the catalogue itself isn't rewritten. Needs gettext's programs;
    raises `FileNotFoundError` where they aren't installed.
    """
    if shutil.which("xgettext") is None:
        raise FileNotFoundError("xgettext")
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        ignore = shutil.ignore_patterns("__pycache__", "model", "*.mo")
        for source in SOURCES:
            if (base / source).is_dir():
                shutil.copytree(base / source, copy / source, ignore=ignore)
            elif (base / source).exists():
                shutil.copy(base / source, copy / source)
        # Where no catalogue is yet, makemessages writes one only into a folder that is there.
        (copy / "locale").mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--locale", language, "--no-obsolete"],
            cwd=copy,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return [
            sentence
            for catalogue in copy.glob(f"locale/{language}/LC_MESSAGES/*.po")
            for sentence in untranslated(catalogue)
        ]


def check_translations(base: Path, languages: list[str]) -> list[str]:
    """One line per fault, none when all languages are complete."""
    faults = []
    for language in languages:
        catalogues = list(base.glob(f"locale/{language}/LC_MESSAGES/*.po"))
        if not catalogues:
            faults.append(f"{language}: there is no catalogue")
        try:
            sentences = missing_sentences(base, language)
        except FileNotFoundError:
            # Only what the catalogue itself admits; new sentences can't be found without gettext.
            sentences = [sentence for catalogue in catalogues for sentence in untranslated(catalogue)]
        faults += [f"{language}: not translated: {sentence!r}" for sentence in sentences]
        broken = [sentence for catalogue in catalogues for sentence in broken_placeholders(catalogue)]
        faults += [f"{language}: the translation has other placeholders: {sentence!r}" for sentence in broken]
    return faults
