"""The buttons of the recipe form that change the form itself: they put text into the boxes, or take a picture away.

Scripts do the same without asking; these are for browsers that run none.
"""

from __future__ import annotations

from django.http import QueryDict

from gallery.models import User
from generation import styles
from generation.models.resource import ResourceKind
from generation.usable import resources


def apply(user: User, data: QueryDict, act: str) -> None:
    """Change the sent form as the button `act` says; an unknown one changes nothing."""
    chosen = data.get(act, "").replace("\x00", "")
    if act == "style" and chosen.isdecimal() and len(chosen) < 19:
        style = styles.usable(user).filter(pk=int(chosen)).first()
        if style is not None:
            data["prompt"] = styles.added(style.prompt, data.get("prompt", ""))
            data["negative_prompt"] = styles.added(style.negative_prompt, data.get("negative_prompt", ""))
    elif act == "lora":
        lora = resources(user, ResourceKind.LORA).filter(slug=chosen).first()
        if lora is not None:
            weight = data.get("lora_weight", "").strip() or f"{lora.default_weight:g}"
            words = ", ".join([f"<lora:{lora.slug}:{weight}>", *lora.trigger_words])
            data["prompt"] = styles.added(words, data.get("prompt", ""))
    elif act == "wildcard" and chosen:
        data["prompt"] = styles.added(f"__{chosen}__", data.get("prompt", ""))
    elif act == "remove_source":
        data["source"] = data["sketch_on"] = data["mask"] = data["mask_refused"] = ""
    elif act == "remove_remix":
        data["remix_of"] = ""
    elif act == "remove_style":
        data["style_page"] = ""
    elif act == "remove_mask":
        data["mask"] = data["mask_refused"] = ""
