"""Files with layers in the programs that people open them with: Debian's Krita and GIMP, without a screen."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gallery.ingest.assets import picture_of
from generation.layers.export import Form, layered_file
from generation.layers.lettering import letter
from generation.layers.texts import Text
from generation.models import Take
from tests.factories import make_user
from tests.generation.layers.lines import patched, picture, same, take_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]
needs_krita = pytest.mark.skipif(
    not (shutil.which("krita") and shutil.which("Xvfb")), reason="krita or xvfb is not installed"
)
needs_gimp = pytest.mark.skipif(not shutil.which("gimp"), reason="gimp is not installed")
PATIENCE = 240


@pytest.fixture
def take() -> Take:
    """A picture that was repaired, widened, repaired again and lettered, with names in Japanese and emoji."""
    mira = make_user("mira")
    base = picture(150, 101)
    repaired = patched(base, (40, 30, 61, 52), (220, 180, 170))
    wide = Image.new("RGB", (150 + 16 + 8, 101 + 24), (20, 40, 60))
    wide.paste(repaired, (16, 24))
    first = take_of(mira, base, recipe={"prompt": "手のある少女 🖐️, <b>&amp;", "seed": 1})
    second = take_of(mira, repaired, first, recipe={"prompt": "手 🖐️", "seed": 2})
    third = take_of(mira, wide, second, margins=[16, 24, 8, 0], recipe={"prompt": "空と海"})
    return letter(
        mira, third, [Text(text="愛、です。\n「縦」", size=24, vertical=True, x=80), Text(text="Title", size=20)]
    )


def saved(take: Take, form: Form, folder: Path) -> Path:
    path = folder / f"take.{form}"
    with layered_file(take, form) as file:
        path.write_bytes(file.read())
    return path


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen that is drawn nowhere, by its name; it chooses a free number itself."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    yield f":{server.stdout.readline().strip()}"
    server.terminate()
    server.wait(PATIENCE)


def run(command: list[str], folder: Path, **more: str) -> str:
    environment = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LANG": "C.UTF-8"} | more
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


@needs_krita
@pytest.mark.parametrize("form", ["ora", "psd"])
def test_krita_shows_exactly_the_take(take: Take, tmp_path: Path, screen: str, form: str) -> None:
    path = saved(take, Form(form), tmp_path)
    run(["krita", "--export", "--export-filename", "out.png", path.name], tmp_path, DISPLAY=screen)
    with Image.open(tmp_path / "out.png") as out:
        assert same(out.convert("RGB"), picture_of(take.asset))


@needs_krita
@pytest.mark.parametrize("form", ["ora", "psd"])
def test_krita_reads_the_names_of_layers(take: Take, tmp_path: Path, screen: str, form: str) -> None:
    from xml.etree import ElementTree
    from zipfile import ZipFile

    path = saved(take, Form(form), tmp_path)
    run(["krita", "--export", "--export-filename", "out.kra", path.name], tmp_path, DISPLAY=screen)
    with ZipFile(tmp_path / "out.kra") as archive:
        read = ElementTree.fromstring(archive.read("maindoc.xml"))
    names = [each.attrib["name"] for each in read.iter() if each.tag.endswith("}layer")]
    assert len(names) == 5
    assert names[-1].startswith("手のある少女 🖐️, <b>&amp; · ")
    assert names[-2].startswith("手 🖐️ · ")
    assert names[0].endswith(" · Title")
    assert names[1].endswith(" · 愛、です。 「縦」")


@needs_gimp
def test_gimp_shows_exactly_the_take(take: Take, tmp_path: Path) -> None:
    saved(take, Form.PSD, tmp_path)
    # Flattened by GIMP from the layers, not from the picture that lies in the file beside them.
    script = (
        '(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "take.psd" "take.psd")))'
        " (layers (gimp-image-get-layers image)) (number (car layers)))"
        ' (gimp-message (string-append "layers: " (number->string number)))'
        " (let each ((at 0)) (if (< at number) (begin"
        '  (gimp-message (string-append "name: " (car (gimp-item-get-name (vector-ref (cadr layers) at)))))'
        "  (each (+ at 1)))))"
        " (let ((flat (car (gimp-image-merge-visible-layers image CLIP-TO-IMAGE))))"
        '  (file-png-save RUN-NONINTERACTIVE image flat "out.png" "out.png" 0 9 0 0 0 0 0)))'
    )
    said = run(["gimp", "-i", "-d", "-f", "-b", script, "-b", "(gimp-quit 0)"],
               tmp_path)  # fmt: skip
    with Image.open(tmp_path / "out.png") as out:
        assert same(out, picture_of(take.asset))
    assert "layers: 5" in said
    assert "name: 手 🖐️ · " in said
