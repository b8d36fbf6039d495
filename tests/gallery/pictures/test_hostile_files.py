"""The hostile corpus through the real door: refused with a sentence and nothing kept, within the child's limits."""

import io
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from gallery.errors import Invalid
from gallery.ingest import child, keep_sent
from gallery.models import Asset, AssetFile, AssetOrigin, UploadAllowance, User
from gallery.pictures import limits
from tests.factories import make_user
from tests.gallery.pictures.corpus import REFUSED, Maker
from tests.gallery.pictures.files import drawing, saved

pytestmark = pytest.mark.django_db

# What the child is allowed, and what it may have used of it: nothing here may depend on how busy the machine is.
assert limits.MEMORY_BYTES <= 600 * 2**20
assert limits.READ_SECONDS <= 5


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of pictures."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def heights(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The height of resident memory of every child of the test, in bytes."""
    seen, answer = list[int](), child._answer

    def noted(code: int, folder: Path) -> dict[str, Any]:
        seen.append(json.loads((folder / "answer").read_bytes())["memory_bytes"])
        return answer(code, folder)

    monkeypatch.setattr(child, "_answer", noted)
    return seen


def rows() -> list[int]:
    return [model.objects.count() for model in (Asset, AssetFile, AssetOrigin, UploadAllowance)]


def send(owner: User, content: bytes, name: str = "picture.png") -> Asset:
    return keep_sent(owner, io.BytesIO(content), len(content), name)


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_a_sentence_and_nothing_is_kept(
    make: Maker, code: str, heights: list[int], media: Path
) -> None:
    owner, before = make_user(), rows()
    with pytest.raises(Invalid) as caught:
        send(owner, make())
    assert caught.value.code == code
    assert "%(" not in caught.value.message
    assert rows() == before
    assert list(media.iterdir()) == []
    # Too large and empty files get to no child.
    assert len(heights) == (code not in ("upload_too_large", "upload_empty"))
    assert all(2**20 < height < limits.MEMORY_BYTES for height in heights)


class TestTheLimitsHold:
    """Each is shown by a child that wants more than it may have."""

    @staticmethod
    def refused_by(monkeypatch: pytest.MonkeyPatch, program: str) -> str:
        monkeypatch.setattr(child, "COMMAND", [child.sys.executable, "-c", f"import sys; sys.stdin.read()\n{program}"])
        with pytest.raises(Invalid) as caught:
            send(make_user(), b"\x89PNG")
        return caught.value.code

    @pytest.mark.parametrize(("megabytes", "code"), [(700, "upload_too_heavy"), (400, "upload_unreadable")])
    def test_memory(self, monkeypatch: pytest.MonkeyPatch, megabytes: int, code: str) -> None:
        assert self.refused_by(monkeypatch, f"held = bytearray(b'1') * ({megabytes} * 2**20)") == code

    def test_processor_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(child._LIMITS, child.resource.RLIMIT_CPU, 1)
        assert self.refused_by(monkeypatch, "while True: pass") == "upload_too_heavy"

    def test_time_on_the_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "WALL_SECONDS", 0.5)
        assert self.refused_by(monkeypatch, "import time; time.sleep(600)") == "upload_too_heavy"

    def test_time_to_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        program = "import itertools; from gallery.pictures import __main__ as child\n"
        program += "child.READ_SECONDS, child.json.load = 0.3, lambda _: {}\n"
        program += "child._answer = lambda job: all(itertools.repeat(1))\n"
        assert self.refused_by(monkeypatch, program + "child.main()") == "upload_too_heavy"

    def test_size_of_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(child._LIMITS, child.resource.RLIMIT_FSIZE, 1000)
        assert self.refused_by(monkeypatch, "sys.stdout.write('[' * 5000)") == "upload_unreadable"

    def test_open_files_and_environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("SECRET_KEY", "planted")
        told = tmp_path.parent / "told"
        program = f"import os, resource; told = open({str(told)!r}, 'w')\n"
        program += "told.write(f'{dict(os.environ)}{resource.getrlimit(resource.RLIMIT_NPROC)}{os.getsid(0)}')\n"
        program += "told.close()\n"
        assert self.refused_by(monkeypatch, program + "files = [open('/dev/null') for _ in range(80)]")
        assert "planted" not in told.read_text()
        assert "DATABASE_URL" not in told.read_text()
        assert "(0, 0)" in told.read_text()
        assert not told.read_text().endswith(str(os.getsid(0)))

    @pytest.mark.parametrize("ends", ["", "time.sleep(600)"], ids=["by itself", "too late"])
    def test_what_it_starts_ends_with_it(self, ends: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Where the limit on processes doesn't bind."""
        monkeypatch.setattr(limits, "WALL_SECONDS", 1)
        monkeypatch.delitem(child._LIMITS, child.resource.RLIMIT_NPROC)
        told = tmp_path.parent / f"started{len(ends)}"
        program = "import os, time\nstarted = os.fork()\nif not started: time.sleep(600)\n"
        self.refused_by(monkeypatch, f"{program}open({str(told)!r}, 'w').write(str(started))\n{ends}")
        status = Path("/proc", told.read_text(), "status")
        ends_at = time.monotonic() + 20
        while status.exists() and "State:\tZ" not in status.read_text():
            assert time.monotonic() < ends_at, "it lives on"
            time.sleep(0.05)


@pytest.mark.parametrize(
    "answer",
    [
        "print('[]')",
        "print('null')",
        "print('{')",
        "print('{}')",
        "print('[' * 100000)",
        "import os; os.kill(os.getpid(), 11)",
        "import os; os._exit(3)",
        'print(\'{"refused": "last_owner", "params": {}}\')',
        'print(\'{"refused": "upload_too_large", "params": {"size": "<b>", "limit": []}}\')',
        'print(\'{"refused": "upload_too_large"}\')',
        "print('{\"refused\": {}}')",
    ],
    ids=[
        "list",
        "null",
        "half",
        "empty",
        "deep",
        "crash",
        "exit",
        "other code",
        "other params",
        "no params",
        "no code",
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(answer: str, monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    assert TestTheLimitsHold.refused_by(monkeypatch, answer) == "upload_unreadable"
    assert (rows(), list(media.iterdir())) == ([0, 0, 0, 0], [])


def test_what_it_says_of_a_file_is_no_deeper_than_can_be_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = child._answer

    def deep(code: int, folder: Path) -> dict[str, Any]:
        return answer(code, folder) | {"found": json.loads("[" * 900 + "]" * 900)}

    monkeypatch.setattr(child, "_answer", deep)
    with pytest.raises(Invalid) as caught:
        send(make_user(), saved(drawing(), "PNG"))
    assert caught.value.code == "upload_unreadable"
    assert rows() == [0, 0, 0, 0]


def test_files_of_a_child_that_was_taken_over_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it wrote a PNG, and wrote a page."""
    program = """
import json
folder = json.loads(job)["folder"]
open(folder + "/0", "w").write("<!DOCTYPE html><script>alert(1)</script>")
file = {"variant": "bare", "format": "png", "width": 9, "height": 9}
print(json.dumps({"kind": "png", "width": 9, "height": 9, "pixel_sha256": "0" * 64, "dominant_color": "#000000",
    "thumbhash": "", "files": [file]}))
"""
    monkeypatch.setattr(
        child, "COMMAND", [child.sys.executable, "-c", f"import sys; job = sys.stdin.read()\n{program}"]
    )
    with pytest.raises(Invalid) as caught:
        send(make_user(), b"\x89PNG")
    assert caught.value.code == "upload_unreadable"
    assert rows() == [0, 0, 0, 0]
