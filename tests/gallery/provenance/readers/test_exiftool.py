"""exiftool reads our crafted files as we do: the files are what they are meant to be."""

import json
import shutil
import subprocess

import pytest

from tests.gallery.provenance.readers import files
from tests.gallery.provenance.readers.samples import SAMPLES

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
# Fooocus writes its tags into the wrong directory and exiftool's JSON cuts PNG keywords into names of its own.
COMPARED = [sample for sample in SAMPLES if not sample.name.startswith("fooocus") and "stealth" not in sample.name]


@pytest.mark.parametrize("sample", COMPARED, ids=[sample.name for sample in COMPARED])
def test_exiftool_finds_the_same_texts(sample, tmp_path):
    file = tmp_path / sample.name
    file.write_bytes(sample.build())
    arguments = ["exiftool", "-json", "-a", "-G0", "-charset", "exif=UTF8", "-api", "LargeFileSupport=1", str(file)]
    said = json.loads(subprocess.run(arguments, capture_output=True, check=True).stdout)[0]
    theirs = {"".join(str(value).split()) for value in said.values()}
    blocks = files.blocks_of(file.read_bytes())
    ours = [text for _name, text in blocks.texts] + [blocks.exif[name] for name in blocks.exif] + list(blocks.comments)
    for text in ours:
        wanted = "".join(text.split())
        assert any(wanted in value or (len(value) > 10 and value in wanted) for value in theirs), text[:80]
    assert ours or blocks.xmp
