"""The tag for what a member is told of their upload slots."""

from typing import Any

from django import template

from gallery.models import User
from gallery.slots import slots_of

register = template.Library()


@register.inclusion_tag("gallery/parts/upload_slots.html", takes_context=True)
def upload_slots(context: dict[str, Any]) -> dict[str, Any]:
    """The reader's own slots; nothing for those whose posts don't wait."""
    user = context.get("user")
    return {"slots": slots_of(user) if isinstance(user, User) else None}
