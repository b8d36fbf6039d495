"""Tags that the site sets by itself: what size and shape the picture has, which model drew it, that tags are missing.

The areas are AIBooru's (app/models/media_asset.rb of aibooruorg/aibooru): lowres up to 768 × 512 pixels, highres from
1920 × 1080, absurdres from 2560 × 1440, incredibly_absurdres above 3840 × 2160.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gallery.models import Post
from tagging.edit import ensure_tags, resolve_tags
from tagging.models import Category, Tag
from tagging.names import BAD_START, MAX_LENGTH, TagNameError, validate_tag

TAGME = "tagme"
# So many tags, and nobody needs to ask for more.
ENOUGH_TAGS = 30
LONGEST_RATIO = 4
_WEIGHTS = re.compile(r"\.(safetensors|ckpt|pt|pth|bin|gguf)$")

_SIZES = {
    "lowres": lambda area: area <= 768 * 512,
    "highres": lambda area: area >= 1920 * 1080,
    "absurdres": lambda area: area >= 2560 * 1440,
    "incredibly_absurdres": lambda area: area > 3840 * 2160,
}
SHAPE_TAGS = frozenset({*_SIZES, "wide_image", "tall_image"})


def shape_names(width: int, height: int) -> list[str]:
    """The tags that follow from a picture's size in pixels."""
    names = [name for name, fits in _SIZES.items() if fits(width * height)]
    if width >= LONGEST_RATIO * height:
        names.append("wide_image")
    if height >= LONGEST_RATIO * width:
        names.append("tall_image")
    return names


def model_tag_name(model_name: str) -> str:
    """A tag's name for a checkpoint called `model_name`; empty where none can be made.

    `Some Model V1.0.safetensors` → `some_model_v1.0`. Folders and the ending of weights are no part of the name.
    """
    name = unicodedata.normalize("NFKC", model_name).strip().lower()
    name = _WEIGHTS.sub("", re.split(r"[\\/]", name)[-1])
    name = re.sub(r"[\s,*_]+", "_", name).lstrip(BAD_START).rstrip("_")
    try:
        validate_tag(name)
    except TagNameError:
        return ""
    return name


def automatic_names(post: Post, model_name: str) -> dict[str, Category]:
    """The tags that this post has whatever anybody says; `model_name` is its recorded checkpoint.

    Where a tag of another category has the model's name, `name_(model)` is the model's.
    """
    names = dict.fromkeys(shape_names(post.width, post.height), Category.META)
    name = model_tag_name(model_name)
    if not name:
        return names
    known = resolve_tags([name]).get(name)
    if known is not None and known.name == name and known.category != Category.MODEL:
        name = f"{name}_(model)"
    return names | {name: Category.MODEL} if len(name) <= MAX_LENGTH else names


def automatic_tags(post: Post, model_name: str) -> list[Tag]:
    """The tags of `automatic_names`, made where they are missing."""
    names = automatic_names(post, model_name)
    return ensure_tags(names, names)


def misplaced_tags(automatic: Iterable[Tag]) -> set[int]:
    """Keys of the tags about size and shape that a post with these automatic ones does not have."""
    return {tag.pk for tag in resolve_tags(SHAPE_TAGS).values()} - {tag.pk for tag in automatic}


def with_tagme(tags: Iterable[Tag], automatic: Iterable[Tag]) -> list[Tag]:
    """`tagme` is added where nobody has tagged the post, and goes by itself where there are many tags."""
    found = list(tags)
    by_site = {tag.pk for tag in automatic}
    by_people = [tag for tag in found if tag.pk not in by_site]
    if not by_people:
        return [*found, *ensure_tags([TAGME], Category.META)]
    if sum(tag.name != TAGME for tag in by_people) >= ENOUGH_TAGS:
        return [tag for tag in found if tag.name != TAGME]
    return found
