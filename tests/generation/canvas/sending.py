"""What a browser sends from the canvas, and what came of it."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from generation.models import Checkpoint, GenerationRequest, Take


def png(image: Image.Image, name: str = "mask.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def painted(width: int = 64, height: int = 80) -> Image.Image:
    image = Image.new("L", (width, height), 0)
    image.paste(255, (8, 8, 24, 40))
    return image


def strokes(width: int = 64, height: int = 80) -> Image.Image:
    """Transparent but for a red square."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, width // 2, height // 2))
    return image


def send(client: Client, source: object, task: str = "paint", headers: Any = None, **changed: Any) -> HttpResponse:
    whole = {
        "source": f"take:{source.pk}" if isinstance(source, Take) else source,
        "task": task,
        "prompt": "a hand",
        "model": Checkpoint.objects.first().slug,
        "steps": "3",
        "count": "2",
        "strength": "0.5",
        "key": "canvas",
    }
    return client.post("/canvas", whole | changed, headers=headers)


def errors(answer: HttpResponse) -> dict[str, str]:
    assert answer.status_code == 422
    assert not GenerationRequest.objects.filter(idempotency_key="canvas").exists()
    return {name: " ".join(said) for name, said in answer.context["form"].errors.items()}


def asked() -> GenerationRequest:
    return GenerationRequest.objects.get(idempotency_key="canvas")
