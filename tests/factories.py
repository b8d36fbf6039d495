"""Plain functions that make what a test needs, through the product's own doors."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from PIL import Image

from gallery import posts
from gallery.ingest import make_asset as ingest
from gallery.models import Asset, Post, User
from gallery.models.user import Role
from gallery.provenance import Recipe

_numbers = count(1)

PASSWORD = "correct horse battery staple"


def make_user(name: str = "", *, role: str = Role.MEMBER, shown_ratings: Iterable[str] = ("g",), **fields: Any) -> User:
    """An account with `PASSWORD`; a name of its own unless one is given."""
    return User.objects.create_user(
        username=name or f"user{next(_numbers)}",
        password=PASSWORD,
        role=role,
        shown_ratings=list(shown_ratings),
        **fields,
    )


def make_image(width: int = 64, height: int = 48, color: tuple[int, int, int] | None = None) -> Image.Image:
    """A small picture of one colour with one different pixel, so that no two are the same."""
    number = next(_numbers)
    image = Image.new("RGB", (width, height), color or (number % 200 + 20, number // 200 % 256, 120))
    image.putpixel((0, 0), (number % 256, number // 256 % 256, 255))
    return image


def make_recipe(**fields: Any) -> Recipe:
    """A whole recipe; `fields` replace parts of it."""
    whole: dict[str, Any] = {
        "prompt": "1girl, red hair",
        "negative_prompt": "blurry",
        "model_name": "tiny",
        "model_hash": "0123456789abcdef" * 4,
        "sampler": "Euler a",
        "scheduler": "Karras",
        "steps": 20,
        "cfg": 7.0,
        "seed": 42,
        "width": 64,
        "height": 48,
    }
    return Recipe(**(whole | fields))


def make_asset(owner: User | None = None, *, image: Image.Image | None = None, recipe: Recipe | None = None) -> Asset:
    """An asset with its files below MEDIA_ROOT."""
    return ingest(owner or make_user(), image or make_image(), recipe or make_recipe())


def make_post(
    author: User | None = None,
    *,
    tags: Iterable[str] = ("1girl",),
    rating: str = "g",
    status: str = "active",
    recipe: Recipe | None = None,
    asset: Asset | None = None,
    **fields: Any,
) -> Post:
    """A published post; `status` other than active is set on the row as moderators' acts would leave it."""
    author = author or (asset.owner if asset else make_user())
    recipe = recipe or make_recipe()
    asset = asset or make_asset(author, recipe=recipe)
    post = posts.publish(author, asset, recipe=recipe, tags=tags, rating=rating, **fields)
    if status != "active":
        posts.set_status(post, posts.PostStatus(status))
    return post
