"""Compiles translation catalogues (.po → .mo) in Python, so that no gettext programs are needed to run a site."""

from pathlib import Path

import polib


def compile_catalogues(root: Path) -> int:
    """Compile every `LC_MESSAGES/*.po` under `root` that is newer than its .mo; return how many were compiled.

    Fuzzy and untranslated entries are left out, as msgfmt does. Raises `OSError` where polib can't read a file.
    """
    compiled = 0
    for source in sorted(root.glob("**/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Written under another name first: a web process may be reading the old one.
        fresh = target.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(target)
        compiled += 1
    return compiled
