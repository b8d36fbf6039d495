"""Making, changing and deleting styles. What is said in one is held against the site's rules as any other text is."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from gallery.accounts.standing import require_may_act
from gallery.models import User
from gallery.models.refusal import RulePlace
from gallery.moderation.things import forget
from gallery.refusals.counting import counting
from gallery.refusals.judging import Said, require
from gallery.refusals.posting import prompts
from generation.models import Checkpoint, Resource, StyleLora, StylePage
from generation.style_pages.reported import name_of

MAX_STYLES = 200
"""Most styles of one member."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Wanted:
    """A style as somebody wants it; `generation.style_pages.forms` looks at what was typed."""

    name: str
    about: str
    prompt: str
    negative_prompt: str
    checkpoint: Checkpoint | None
    loras: tuple[tuple[Resource, float], ...]
    audience: str


@counting
@transaction.atomic
def make(owner: User, wanted: Wanted) -> StylePage:
    """A new style. Raises NotAllowed (an account that may not act) and `Refused`."""
    return _saved(owner, StylePage(owner=owner, slug=_slug(wanted.name)), wanted)


@counting
@transaction.atomic
def change(owner: User, style: StylePage, wanted: Wanted) -> StylePage:
    """Change one's own style; its address stays. Raises as `make` does, and `StylePage.DoesNotExist`."""
    return _saved(owner, StylePage.objects.select_for_update().get(pk=style.pk, owner=owner), wanted)


@transaction.atomic
def delete(owner: User, style: StylePage) -> None:
    """Delete one's own style; the posts in it stay. Raises NotAllowed and `StylePage.DoesNotExist`."""
    require_may_act(owner)
    found = StylePage.objects.select_for_update().get(pk=style.pk, owner=owner)
    forget(name_of(found))
    found.delete()


def _saved(owner: User, style: StylePage, wanted: Wanted) -> StylePage:
    require_may_act(owner)
    names = ", ".join(f"{lora.slug}, {lora.name}" for lora, _weight in wanted.loras)
    require([Said(RulePlace.TEXT, wanted.name), Said(RulePlace.TEXT, wanted.about),
             *prompts(wanted.prompt, wanted.negative_prompt, None, names)])  # fmt: skip
    for field in ("name", "about", "prompt", "negative_prompt", "checkpoint", "audience"):
        setattr(style, field, getattr(wanted, field))
    style.save()
    style.loras.all().delete()
    StyleLora.objects.bulk_create(StyleLora(style=style, resource=lora, weight=weight) for lora, weight in wanted.loras)
    return style


def _slug(name: str) -> str:
    """The name as an address, with some letters of chance: whether another style has that name, which nobody may
    know, shows in no address."""
    words = slugify(name, allow_unicode=True)[:60].strip("-") or "style"
    return f"{words}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}"
