"""Checkpoints behind an image server: the published API, and what becomes of a job when the server misbehaves."""

import base64
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from generation.engine import Cancelled, Engine, EngineError, EngineJob, Failed, Finished, LoraUse, Progress
from generation.engine.errors import ERROR_CODES
from generation.engine.remote import RemoteServer, exchange, images_api, is_remote
from generation.engine.remote import checkpoint as remote_checkpoint
from generation.errors import failure_sentence
from tests.generation.engine.driving import job, pictures, run_out
from tests.generation.engine.image_server import MODEL, ImageServer, answer_with, drip, picture, send

KEY = "sk-very-secret"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageServer]:
    monkeypatch.setattr(exchange, "PAUSES", (0.02,))
    with ImageServer().running() as running:
        yield running


def _job(job_id: Any, server: ImageServer, **changes: Any) -> EngineJob:
    address = RemoteServer(server.address, changes.pop("model", MODEL), changes.pop("key_variable", ""))
    values = {"prompt": "a (red:1.2) cat", "width": 96, "height": 64, "steps": 20, "guidance": 4.5, "seed": 77}
    return replace(job(job_id, Path("x"), **(values | changes)), checkpoint=str(address))


def job_at(address: str) -> EngineJob:
    return replace(job("a", Path("x")), checkpoint=str(RemoteServer(address)))


def _failure(one: EngineJob) -> Failed:
    engine = Engine()
    engine.add(one)
    events = run_out(engine)
    failed = events[-1]
    assert isinstance(failed, Failed), failed
    assert set(failed.params) == set(ERROR_CODES[failed.code])
    sentence = failure_sentence(failed.code, failed.params)
    assert sentence != failure_sentence("no such code", {})
    assert KEY not in json.dumps(failed.params)
    return failed


def test_text_to_image_asks_what_the_servers_publish(server: ImageServer) -> None:
    engine = Engine()
    assert engine.add(_job("a", server, negative_prompt="{bad}, ugly", syntax="novelai", prompt="a {red} cat")) == 1
    events = run_out(engine)
    asked = server.asked[0]
    assert asked.path == "/v1/images/generations"
    assert asked.headers["content-type"] == "application/json"
    assert "authorization" not in asked.headers
    assert asked.fields == {
        "model": MODEL,
        "prompt": "a red cat",
        "negative_prompt": "bad, ugly",
        "true_cfg_scale": 4.5,
        "n": 1,
        "size": "96x64",
        "response_format": "b64_json",
        "num_inference_steps": 20,
        "guidance_scale": 4.5,
        "seed": 77,
    }
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.image.mode == "RGB"
    assert finished.image.tobytes() == picture(96, 64, 77).tobytes()
    assert events[-2] == Progress("a", 1, 1)


def test_without_model_and_negative_prompt_neither_is_sent(server: ImageServer) -> None:
    engine = Engine()
    engine.add(_job("a", server, model=""))
    assert pictures(run_out(engine)).keys() == {"a"}
    assert not {"model", "negative_prompt", "true_cfg_scale"} & server.asked[0].fields.keys()


def test_image_to_image_sends_the_source_in_the_size_that_is_drawn(server: ImageServer) -> None:
    engine = Engine()
    engine.add(_job("a", server, source=Image.new("RGB", (200, 100), "blue"), strength=0.4, prompt="テスト"))
    assert pictures(run_out(engine)).keys() == {"a"}
    asked = server.asked[0]
    assert asked.path == "/v1/images/edits"
    assert asked.fields["prompt"] == "テスト"
    assert (asked.fields["size"], asked.fields["seed"], asked.fields["strength"]) == ("96x64", "77", "0.4")
    assert asked.files.keys() == {"image"}
    assert (asked.files["image"].size, asked.files["image"].getpixel((5, 5))) == ((96, 64), (0, 0, 255))


def test_inpainting_sends_the_mask_in_both_ways_and_keeps_what_is_outside_it(server: ImageServer) -> None:
    source = Image.new("RGB", (96, 64), "blue")
    mask = Image.new("L", source.size)
    mask.paste(255, (0, 0, 48, 64))
    engine = Engine()
    engine.add(_job("a", server, source=source, mask=mask, mask_blur=0))
    drawn = numpy.asarray(pictures(run_out(engine))["a"])
    files = server.asked[0].files
    assert files["mask"].mode == "RGBA"
    assert (files["mask"].getpixel((10, 10))[3], files["mask"].getpixel((90, 10))[3]) == (0, 255)
    assert (files["mask_image"].getpixel((10, 10)), files["mask_image"].getpixel((90, 10))) == (255, 0)
    assert (drawn[:, :48] == (77, 100, 50)).all()
    assert (drawn[:, 48:] == (0, 0, 255)).all()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_other_kinds_of_pictures_are_read_too(kind: str, server: ImageServer) -> None:
    server.misbehave = lambda handler: send(handler, 200, answer_with(picture(96, 64, 77), kind))
    engine = Engine()
    engine.add(_job("a", server))
    assert pictures(run_out(engine))["a"].size == (96, 64)


def test_the_key_is_read_from_its_variable_and_shown_nowhere(
    server: ImageServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("IRODORI_TEST_KEY", KEY + "\n")
    caplog.set_level("DEBUG")
    engine = Engine()
    engine.add(_job("a", server, key_variable="IRODORI_TEST_KEY"))
    assert pictures(run_out(engine)).keys() == {"a"}
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    server.misbehave = lambda handler: send(handler, 401, b'{"error": {"message": "Invalid key"}}')
    assert _failure(_job("b", server, key_variable="IRODORI_TEST_KEY")) == Failed("b", "remote_key", {"status": 401})
    assert KEY not in caplog.text
    for value in ("", "two words", "ключ", "a\x01b"):
        monkeypatch.setenv("IRODORI_TEST_KEY", value)
        with pytest.raises(EngineError) as refused:
            engine.add(_job("c", server, key_variable="IRODORI_TEST_KEY"))
        assert (refused.value.code, refused.value.params) == ("remote_without_key", {"variable": "IRODORI_TEST_KEY"})
    assert engine.idle


def _json(status: int, **content: Any) -> Callable[[Any], bool]:
    return lambda handler: send(handler, status, json.dumps(content).encode())


def _png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 9).save(buffer, "PNG")
    return buffer.getvalue()


def _data(content: Any) -> Callable[[Any], bool]:
    encoded = base64.b64encode(content).decode() if isinstance(content, bytes) else content
    return _json(200, data=[{"b64_json": encoded}])


@pytest.mark.parametrize(
    ("misbehave", "code", "params"),
    [
        (_json(403, detail="no"), "remote_key", {"status": 403}),
        (_json(413, detail="Too\n\x1b[1mlarge"), "remote_rejected", {"status": 413, "answer": "Too [1mlarge"}),
        (_json(422, detail=[{"msg": "x" * 900}]), "remote_rejected", {"status": 422, "answer": "x" * 199 + "…"}),
        (_json(400, error={"message": "Bad size"}), "remote_rejected", {"status": 400, "answer": "Bad size"}),
        (_json(500, message="oh"), "remote_failed", {"status": 500, "answer": "oh"}),
        (lambda h: send(h, 502, b"<html>nginx</html>"), "remote_failed", {"status": 502, "answer": ""}),
        (lambda h: send(h, 503, b""), "remote_busy", {"status": 503}),
        (lambda h: send(h, 503, b"", Retry_After="3600"), "remote_busy", {"status": 503}),
        (lambda h: send(h, 307, b"", Location="http://127.0.0.1:1/"), "remote_bad_answer", {"reason": "redirect"}),
        (lambda h: send(h, 200, b"<html>"), "remote_bad_answer", {"reason": "not_json"}),
        (lambda h: send(h, 200, b"[" * 100_000), "remote_bad_answer", {"reason": "not_json"}),
        (lambda h: send(h, 200, b"[]"), "remote_bad_answer", {"reason": "no_picture"}),
        (_json(200, data=[]), "remote_bad_answer", {"reason": "no_picture"}),
        (_json(200, data=[{"url": "http://x/"}]), "remote_bad_answer", {"reason": "no_picture"}),
        (_data(None), "remote_bad_answer", {"reason": "no_picture"}),
        (_data("not base64!"), "remote_bad_answer", {"reason": "not_a_picture"}),
        (_data(b"GIF89a" + b"\0" * 50), "remote_bad_answer", {"reason": "not_a_picture"}),
        (_data(_png(96, 64)[:-30]), "remote_bad_answer", {"reason": "not_a_picture"}),
        (_data(_png(8000, 5001)), "remote_bad_answer", {"reason": "too_large"}),
        (
            _data(_png(64, 64)),
            "remote_wrong_size",
            {"width": 96, "height": 64, "drawn_width": 64, "drawn_height": 64},
        ),
        (lambda h: send(h, 200, answer_with(Image.new("RGB", (96, 64)))), "black_image", {}),
    ],
)
def test_every_misbehaviour_has_its_own_error(
    misbehave: Callable[[Any], bool], code: str, params: dict[str, Any], server: ImageServer
) -> None:
    server.misbehave = misbehave
    assert _failure(_job("a", server)) == Failed("a", code, params)
    assert len(server.asked) == 1, "a request that may have begun is not sent again"


def test_the_servers_own_checks_come_through(server: ImageServer) -> None:
    failed = _failure(_job("a", server, guidance=30.0))
    assert failed.params == {"status": 422, "answer": "Input should be less than or equal to 20"}
    assert _failure(_job("a", server, model="other")).params == {"model": "other"}


def test_an_answer_without_end_is_given_up(server: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_ANSWER_BYTES", 10_000)
    server.misbehave = lambda handler: send(handler, 200, b" " * 200_000)
    assert _failure(_job("a", server)).params == {"reason": "too_large"}
    monkeypatch.setattr(images_api, "MAX_PICTURE_BYTES", 100)
    with pytest.raises(EngineError) as refused:
        images_api.picture_in(answer_with(picture(96, 64, 1)), 96, 64)
    assert refused.value.params == {"reason": "too_large"}


def _cut_off(handler: Any) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True
    return True


def test_a_connection_that_breaks_is_no_picture(server: ImageServer) -> None:
    server.misbehave = _cut_off
    assert _failure(_job("a", server)) == Failed("a", "remote_unreachable", {"reason": "broken"})


def test_a_server_that_asks_to_wait_is_asked_again(server: ImageServer) -> None:
    refusals = [429, 503]

    def busy(handler: Any) -> bool:
        return bool(refusals) and send(handler, refusals.pop(0), b"{}", Retry_After="0")

    server.misbehave = busy
    engine = Engine()
    engine.add(_job("a", server))
    assert pictures(run_out(engine)).keys() == {"a"}
    assert len(server.asked) == 3
    server.misbehave = lambda handler: send(handler, 503, b"", Retry_After="0")
    assert _failure(_job("b", server)).code == "remote_busy"
    assert len(server.asked) == 3 + exchange.ATTEMPTS


def test_a_server_that_is_not_there_is_tried_again_and_may_come_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "PAUSES", (0.3,))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(exchange, "ATTEMPTS", 2)
    failed = _failure(job_at(f"http://127.0.0.1:{port}/v1"))
    assert failed == Failed("a", "remote_unreachable", {"reason": "refused"})
    monkeypatch.setattr(exchange, "ATTEMPTS", 20)
    engine = Engine()
    engine.add(job_at(f"http://127.0.0.1:{port}/v1"))
    with ImageServer(port).running():
        assert pictures(run_out(engine)).keys() == {"a"}


def test_no_name_and_no_tls_are_told_apart(server: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_named: Any) -> None:
        raise socket.gaierror

    secure = server.address.replace("http:", "https:")
    assert _failure(job_at(secure)).params == {"reason": "tls"}
    monkeypatch.setattr(socket, "create_connection", unknown)
    assert _failure(job_at("http://nowhere.invalid/v1")).params == {"reason": "name"}


def test_a_server_that_takes_too_long_is_given_up(server: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_checkpoint, "REQUEST_SECONDS", 0.3)
    server.hold.clear()
    assert _failure(_job("a", server)) == Failed("a", "remote_timeout", {"seconds": 0})
    server.hold.set()
    server.misbehave = lambda handler: drip(handler, 20)
    assert _failure(_job("b", server)).code == "remote_timeout"


def test_a_cancelled_job_breaks_its_connection_off(server: ImageServer) -> None:
    server.hold.clear()
    engine = Engine()
    engine.add(_job("a", server))
    while not server.asked:
        assert engine.step() == [Progress("a", 0, 1)]
    assert engine.cancel("a")
    assert engine.step() == [Cancelled("a")]
    assert server.broken_off.wait(10)
    assert engine.idle


def test_a_connection_that_ends_while_it_is_broken_off_is_no_error(server: ImageServer) -> None:
    class Ending:
        """The request's thread lets go of the socket right after the first look at it."""

        looks = 0

        @property
        def sock(self) -> socket.socket | None:
            self.looks += 1
            return ours if self.looks == 1 else None

    ours, theirs = socket.socketpair()
    with ours, theirs:
        one = exchange.Exchange(server.address, "", 10)
        one._connection = Ending()  # type: ignore[assignment]
        one.close()
        theirs.settimeout(5)
        assert theirs.recv(1) == b"", "whoever reads is woken up"


def test_several_are_drawn_at_once_while_others_go_on_here(server: ImageServer, checkpoint: Path) -> None:
    server.hold.clear()
    engine = Engine()
    for index in range(5):
        engine.add(_job(index, server, seed=index))
    engine.add(job("here", checkpoint, steps=3))
    assert engine.room == engine.max_running - 1, "what a server draws takes no room here"
    assert engine.remote_room == engine.max_running - 5
    events = []
    while "here" not in pictures(events):
        events += engine.step()
    assert pictures(events).keys() == {"here"}
    deadline = time.monotonic() + 10
    while server.at_once < 5 and time.monotonic() < deadline:
        engine.step()
    assert server.most_at_once == 5
    server.hold.set()
    drawn = pictures(run_out(engine))
    assert {index: image.getpixel((0, 0))[0] for index, image in drawn.items()} == {n: n for n in range(5)}
    assert engine.resident == (checkpoint,)


def test_a_step_with_nothing_to_do_here_does_not_spin(server: ImageServer) -> None:
    server.hold.clear()
    engine = Engine()
    engine.add(_job("a", server))
    start = time.monotonic()
    steps = 0
    while time.monotonic() < start + 0.5:
        engine.step()
        steps += 1
    assert steps <= 12
    server.hold.set()
    assert pictures(run_out(engine)).keys() == {"a"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"clip_skip": 2}, "clip_skip"),
        ({"loras": (LoraUse("x"),)}, "lora"),
        ({"vae": "x"}, "vae"),
        (
            {"source": Image.new("RGB", (8, 8)), "mask": Image.linear_gradient("L").resize((8, 8)), "only_masked": 4},
            "only_masked",
        ),
    ],
)
def test_what_no_server_can_do_is_refused(changes: dict[str, Any], what: str, server: ImageServer) -> None:
    engine = Engine()
    with pytest.raises(EngineError) as refused:
        engine.add(_job("a", server, **changes))
    assert (refused.value.code, refused.value.params) == ("unsupported", {"what": what, "checkpoint": MODEL})
    assert server.asked == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://host/v1",
        "file:///etc/passwd",
        "host/v1",
        "http:///v1",
        "http://user:sk-very-secret@host/v1",
        "http://host:99999999/v1",
        "http://host/v1?key=x",
        "http://ho st/v1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(endpoint: str) -> None:
    with pytest.raises(EngineError) as refused:
        Engine().add(job_at(endpoint))
    assert refused.value.code == "remote_address"
    assert KEY not in str(refused.value)


def test_an_address_is_read_as_it_was_written() -> None:
    server = RemoteServer("https://gpu.example:8443/v1", "Qwen/Qwen-Image & more", "GPU_KEY")
    assert RemoteServer.parse(str(server)) == server
    assert is_remote(str(server))
    assert not is_remote("/models/remote")
    assert not is_remote(Path("remote"))


@pytest.fixture(autouse=True)
def _no_request_stays() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "remote-picture":
            thread.join(10)
            assert not thread.is_alive()
