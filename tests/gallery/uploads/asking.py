"""What the tests of the upload pages send and read."""

import html
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gallery.models import UploadDraft

READY = {"tags": "cat", "rating": "g", "level": "human", "prompt_visibility": "visible"}


def file(content: bytes, name: str = "cat.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def page(draft: UploadDraft) -> str:
    return reverse("gallery:draft", args=[draft.pk])
