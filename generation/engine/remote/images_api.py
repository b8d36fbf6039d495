"""What an image server is asked, and what its answer means.

Sources: OpenAI's Images API; vLLM-Omni, docs/serving/image_generation_api.md and image_edit_api.md; SGLang,
docs/diffusion/api/openai_api.md (2026). Both servers add num_inference_steps, guidance_scale, true_cfg_scale,
negative_prompt and seed to OpenAI's parameters. Masks they read in two ways, so both are sent: `mask`, OpenAI's, is
transparent where it is painted anew, `mask_image`, vLLM-Omni's, white. A server may ignore either, and `strength`.
"""

import base64
import binascii
import io
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops

from generation.engine.errors import EngineError
from generation.engine.jobs import EngineJob
from generation.engine.plain_text import plain_text

MAX_PICTURE_BYTES = 64 * 2**20
MAX_PIXELS = 40_000_000
MAX_ANSWER_BYTES = MAX_PICTURE_BYTES * 4 // 3 + 2**20
"""The picture in base64, and what stands around it."""

_WORDS = 200
_FORMATS = ("PNG", "JPEG", "WEBP")
_UNPRINTABLE = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Request:
    """One POST: `path` is below the server's endpoint."""

    path: str
    content_type: str
    body: bytes


def request_for(job: EngineJob, model: str, source: Image.Image | None, mask: Image.Image | None) -> Request:
    """Return the request for one picture; `source` (RGB) and `mask` (white is painted anew) have the job's size."""
    fields: dict[str, Any] = {
        "prompt": plain_text(job.prompt, job.syntax, job.steps),
        "n": 1,
        "size": f"{job.width}x{job.height}",
        "response_format": "b64_json",
        "num_inference_steps": job.steps,
        "guidance_scale": job.guidance,
        "seed": job.seed,
    }
    if model:
        fields["model"] = model
    if job.negative_prompt:
        # Models that were distilled with guidance need a second, real scale to be pushed away from anything.
        unwanted = plain_text(job.negative_prompt, job.syntax, job.steps)
        fields |= {"negative_prompt": unwanted, "true_cfg_scale": job.guidance}
    if source is None:
        return Request("/images/generations", "application/json", json.dumps(fields).encode())
    files = {"image": source}
    if mask is not None:
        cut_out = source.convert("RGBA")
        cut_out.putalpha(ImageChops.invert(mask))
        files |= {"mask": cut_out, "mask_image": mask}
    return _multipart("/images/edits", {**fields, "strength": job.strength}, files)


def _multipart(path: str, fields: Mapping[str, Any], files: Mapping[str, Image.Image]) -> Request:
    """Write a form with files as RFC 7578 has it."""
    boundary = secrets.token_hex(16)
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for name, image in files.items():
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        head = f'name="{name}"; filename="{name}.png"\r\nContent-Type: image/png\r\n\r\n'
        parts.append(head.encode() + buffer.getvalue())
    start = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    body = b"".join(start + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return Request(path, f"multipart/form-data; boundary={boundary}", body)


def picture_in(answer: bytes, width: int, height: int) -> Image.Image:
    """Return the picture (RGB) of a good answer.

    Raises EngineError remote_bad_answer (reason not_json, no_picture, not_a_picture, too_large), remote_wrong_size,
    black_image.
    """
    try:
        data = json.loads(answer)["data"]
        encoded = data[0]["b64_json"]
    except (ValueError, RecursionError):
        raise EngineError("remote_bad_answer", reason="not_json") from None
    except (KeyError, IndexError, TypeError):
        raise EngineError("remote_bad_answer", reason="no_picture") from None
    if not isinstance(encoded, str):
        raise EngineError("remote_bad_answer", reason="no_picture")
    if len(encoded) * 3 // 4 > MAX_PICTURE_BYTES + 3:
        raise EngineError("remote_bad_answer", reason="too_large")
    try:
        with Image.open(io.BytesIO(base64.b64decode(encoded, validate=True)), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise EngineError("remote_bad_answer", reason="too_large")
            if opened.size != (width, height):
                raise EngineError(
                    "remote_wrong_size",
                    width=width,
                    height=height,
                    drawn_width=opened.width,
                    drawn_height=opened.height,
                )
            image = opened.convert("RGB")
    except Image.DecompressionBombError:
        raise EngineError("remote_bad_answer", reason="too_large") from None
    except (binascii.Error, OSError, SyntaxError, ValueError, EOFError):
        raise EngineError("remote_bad_answer", reason="not_a_picture") from None
    if image.getbbox() is None:
        raise EngineError("black_image")
    return image


def error_of(status: int, answer: bytes, model: str) -> EngineError:
    """Return what an answer with another status than 200 means."""
    if status in (401, 403):
        return EngineError("remote_key", status=status)
    if status == 404:
        return EngineError("remote_unknown_model", model=model)
    if status in (429, 503):
        return EngineError("remote_busy", status=status)
    if 300 <= status < 400:
        return EngineError("remote_bad_answer", reason="redirect")
    if 400 <= status < 500:
        return EngineError("remote_rejected", status=status, answer=words_of(answer))
    return EngineError("remote_failed", status=status, answer=words_of(answer))


def words_of(answer: bytes) -> str:
    """Return a server's own words in one line of at most 200 characters; empty when it has none."""
    text = answer[:65536].decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = "" if text.lstrip().startswith("<") else text
    for name in ("error", "detail", "message", "msg"):
        if isinstance(found, list):
            found = found[0] if found else ""
        if isinstance(found, dict) and name in found:
            found = found[name]
    words = " ".join(_UNPRINTABLE.sub(" ", found if isinstance(found, str) else "").split())
    return words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"
