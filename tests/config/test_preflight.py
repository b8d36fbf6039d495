"""What stops a start, in one line each and without a traceback."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded.preflight import StartError, check_disk, check_port, check_python
from config.embedded.site import BASE_DIR


def up(var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    return subprocess.run(
        [sys.executable, "-m", "config", "up"],
        cwd=BASE_DIR,
        env={**clean, "IRODORI_VAR": str(var), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], pattern: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert re.search(pattern, done.stderr), done.stderr


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 12), (3, 14, 0)])
def test_other_pythons_are_named_and_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(StartError, match=rf"needs Python 3\.11.*this is Python {version[0]}\.{version[1]}"):
        check_python(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 9)])
def test_supported_pythons_pass(version: tuple[int, ...]) -> None:
    check_python(version)


def test_a_wrong_python_is_one_line_of_the_script() -> None:
    script = BASE_DIR / "config" / "embedded" / "preflight.py"
    code = f"import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path({str(script)!r}, run_name='__main__')"
    assert_one_line(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True), r"this is Python 3\.9\.2"
    )


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="too little disk space"):
        check_disk(tmp_path / "not" / "yet" / "made", 1e12)
    assert_one_line(up(tmp_path / "var", IRODORI_MIN_FREE_MB="1000000000"), "too little disk space")


@pytest.fixture
def busy_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_busy_port_is_one_line_that_names_it(tmp_path: Path, busy_port: int) -> None:
    with pytest.raises(StartError, match=f"Port {busy_port} on 127.0.0.1"):
        check_port("127.0.0.1", busy_port)
    assert_one_line(up(tmp_path / "var", IRODORI_PORT=str(busy_port)), f"Port {busy_port} .*IRODORI_PORT=")


@pytest.mark.parametrize("text", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_one_line(tmp_path: Path, text: str) -> None:
    assert_one_line(up(tmp_path / "var", IRODORI_PORT=text), "use a number from 1 to 65535")


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path, busy_port: int) -> None:
    environment = {"DATABASE_URL": "postgresql://someone:secret@127.0.0.1:1/none", "IRODORI_PORT": str(free_port())}
    done = up(tmp_path / "var", **environment)
    assert_one_line(done, "DATABASE_URL can't be reached")
    assert "secret" not in done.stderr


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_one_line(up(tmp_path / "file" / "var"), "can't be written")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
