"""Whether every sentence of the site exists in every language it offers; part of `make check`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

SOURCES = ("config", "generation", "gallery", "tagging", "templates", "locale", "manage.py")


def untranslated(catalogue: Path) -> list[str]:
    """The sentences of a .po file that have no translation or an uncertain (fuzzy) one."""
    return [
        entry.msgid
        for entry in polib.pofile(str(catalogue))
        if not entry.obsolete and (not entry.translated() or entry.fuzzy)
    ]


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
        try:
            sentences = missing_sentences(base, language)
        except FileNotFoundError:
            # Only what the catalogue itself admits; new sentences can't be found without gettext.
            sentences = [s for po in base.glob(f"locale/{language}/LC_MESSAGES/*.po") for s in untranslated(po)]
        if not list(base.glob(f"locale/{language}/LC_MESSAGES/*.po")):
            faults.append(f"{language}: there is no catalogue")
        faults += [f"{language}: not translated: {sentence!r}" for sentence in sentences]
    return faults
