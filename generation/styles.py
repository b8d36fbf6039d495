"""Styles: text that is added to the prompts where everybody can see it."""

from django.db.models import F, Q, QuerySet

from gallery.models import User
from generation.models import PromptStyle

PLACE = "{prompt}"


def usable(user: User) -> QuerySet[PromptStyle]:
    """The site's styles, then `user`'s own, by name."""
    return PromptStyle.objects.filter(Q(owner=None) | Q(owner=user)).order_by(F("owner").asc(nulls_first=True), "name")


def added(style: str, text: str) -> str:
    """`text` with the words of one side of a style: around it where they say `{prompt}`, else after a comma."""
    if not style:
        return text
    if PLACE in style:
        return style.replace(PLACE, text)
    return f"{text.rstrip().rstrip(',')}, {style}" if text.strip() else style
