"""Midjourney: the command in PNG's or XMP's description, with `Job ID:` at its end."""

import re

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.xmp_properties import DC, xmp_properties

_JOB = re.compile(r"\bJob ID:\s*([0-9a-f]{8}-[0-9a-f-]{27})\s*$")
_FLAG = re.compile(r"(?:--|—)([a-z]{1,20})(?:[ \t]+((?:(?!--|—)[^\n]){0,500}))?", re.IGNORECASE)


def read(blocks: Blocks) -> Found | None:
    """Prompt, version and seed of a description that ends with a job's id."""
    described = xmp_properties(blocks.xmp).get(f"{DC}description", []) if "Job ID" in blocks.xmp else []
    for text in (blocks.text("Description"), blocks.exif.get("ImageDescription", ""), blocks.caption, *described):
        short = text[:20_000]
        if (job := _JOB.search(short)) is None:
            continue
        command = short[: job.start()]
        begin = next((flag.start() for flag in _FLAG.finditer(command)), len(command))
        facts = Facts()
        facts.prompt("prompt", command[:begin])
        flags = {name.lower(): (value or "").strip() for name, value in _FLAG.findall(command[begin:])}
        facts.integer("seed", flags.pop("seed", None), "seed")
        facts.prompt("negative_prompt", flags.pop("no", None))
        version = flags.pop("v", "") or flags.pop("version", "")
        if "niji" in flags:
            version = f"niji {flags.pop('niji')}".strip()
        for name, value in flags.items():
            facts.keep(name, value or True)
        facts.keep("job", job[1])
        return found(facts, names.MIDJOURNEY, version, short)
    return None
