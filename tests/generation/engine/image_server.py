"""A small image server with the API that vLLM-Omni and SGLang Diffusion publish; it misbehaves on demand.

It checks what it is asked as vLLM-Omni's ImageGenerationRequest does, and answers with a picture whose colours tell
the seed.
"""

import base64
import email
import email.policy
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

MODEL = "Qwen/Qwen-Image"


def picture(width: int, height: int, seed: int) -> Image.Image:
    return Image.new("RGB", (width, height), (seed % 256, 100, 50))


def answer_with(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    encoded = base64.b64encode(buffer.getvalue()).decode()
    return json.dumps({"created": 1701234567, "data": [{"b64_json": encoded, "url": None}]}).encode()


@dataclass
class Asked:
    """One request as it came in; `files` are those of a form."""

    path: str
    fields: dict[str, Any]
    headers: dict[str, str]
    files: dict[str, Image.Image] = field(default_factory=dict)


Misbehaviour = Callable[[BaseHTTPRequestHandler], bool]
"""Answers in its own way and returns True, or False to let the request be served."""


class ImageServer:
    """`address` ends in /v1. `misbehave` is asked before each request; `hold` keeps requests until it is set."""

    def __init__(self, port: int = 0) -> None:
        self.asked: list[Asked] = []
        self.misbehave: Misbehaviour = lambda _handler: False
        self.hold = threading.Event()
        self.hold.set()
        self.broken_off = threading.Event()
        self.most_at_once = 0
        self.at_once = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.serve(self)

            def log_message(self, *_arguments: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_arguments: Any) -> None:
                outer.broken_off.set()

        self.server = Server(("127.0.0.1", port), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        asked = _read(handler, body)
        with self.lock:
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.misbehave(handler):
                return
            while not self.hold.wait(0.02):
                handler.connection.setblocking(False)
                try:
                    if handler.connection.recv(1) == b"":
                        self.broken_off.set()
                        return
                except BlockingIOError:
                    pass
                finally:
                    handler.connection.setblocking(True)
            status, answer = _answer(asked)
            send(handler, status, answer)
        finally:
            with self.lock:
                self.at_once -= 1

    @contextmanager
    def running(self) -> Iterator["ImageServer"]:
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.hold.set()
            self.server.shutdown()
            self.server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, answer: bytes, **headers: str) -> bool:
    """Answer; returns True, for `Misbehaviour`."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(answer)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(answer)
    return True


def drip(handler: BaseHTTPRequestHandler, seconds: float) -> bool:
    """Answer a byte at a time."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)
    return True


def _read(handler: BaseHTTPRequestHandler, body: bytes) -> Asked:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    kind = headers.get("content-type", "")
    if kind == "application/json":
        return Asked(handler.path, json.loads(body), headers)
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP)
    asked = Asked(handler.path, {}, headers)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename():
            asked.files[name] = Image.open(io.BytesIO(content))
            asked.files[name].load()
        else:
            asked.fields[name] = content.decode()
    return asked


def _answer(asked: Asked) -> tuple[int, bytes]:
    """Check the fields as the servers do, and draw."""
    fields = asked.fields
    if asked.path not in ("/v1/images/generations", "/v1/images/edits"):
        return 404, b'{"detail": "Not Found"}'
    if "prompt" not in fields:
        return 422, _invalid("prompt", "field required")
    if asked.path.endswith("edits") and "image" not in asked.files:
        return 422, b"{\"detail\": \"Field 'image' or 'url' is required\"}"
    if fields.get("model", MODEL) != MODEL:
        return 404, json.dumps({"error": {"message": f"The model `{fields['model']}` does not exist."}}).encode()
    if fields.get("response_format") != "b64_json":
        return 400, b'{"detail": "Only b64_json"}'
    if not 1 <= int(fields.get("num_inference_steps", 1)) <= 200:
        return 422, _invalid("num_inference_steps", "Input should be less than or equal to 200")
    if not 0 <= float(fields.get("guidance_scale", 0)) <= 20:
        return 422, _invalid("guidance_scale", "Input should be less than or equal to 20")
    width, height = (int(side) for side in fields["size"].split("x"))
    return 200, answer_with(picture(width, height, int(fields["seed"])))


def _invalid(name: str, message: str) -> bytes:
    return json.dumps({"detail": [{"loc": ["body", name], "msg": message, "type": "value_error"}]}).encode()
