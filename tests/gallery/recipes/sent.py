"""Posts of pictures that were not drawn here: their generation data can be edited."""

from typing import Any

from gallery import posts
from gallery.models import Post, User
from tests.factories import make_asset_row, make_recipe, make_user


def sent_post(author: User | None = None, recipe: Any = "whole", **fields: Any) -> Post:
    """A post with a recipe that its file told, or with `recipe=None`; without files."""
    author = author or make_user()
    whole: dict[str, Any] = {"tags": ["cat"], "rating": "g", "ai_evidence": "metadata", "raw": "the file’s own text"}
    if recipe is None:
        whole |= {"raw": "", "ai_evidence": "none", "ai_level": "unknown"}
    made = make_recipe(generator="ComfyUI", version="") if recipe == "whole" else recipe
    return posts.publish(author, make_asset_row(author), recipe=made, **(whole | fields))
