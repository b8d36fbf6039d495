"""What the download menu offers: a button, and every format, with the prompt for those who may read it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from gallery.downloads.labels import post_label
from gallery.models import Asset, Post
from gallery.models.asset import Variant
from gallery.provenance import PNG, FileFormat, Recipe, formats_for


@dataclass(frozen=True)
class Choice:
    """One file: its format and its address."""

    form: FileFormat
    url: str


@dataclass(frozen=True)
class Group:
    """The formats of one kind of file; `with_prompt` is None where there is no prompt to speak of."""

    with_prompt: bool | None
    choices: list[Choice]


@dataclass(frozen=True)
class Menu:
    """`main` is the file that the button gives, of `width` by `height` pixels; `groups` holds them all.

    `held_back`: the files that this reader gets leave out a prompt that there is.
    """

    main: Choice
    groups: list[Group]
    width: int
    height: int
    held_back: bool = False


def post_menu(post: Post, *, reads_prompt: bool) -> Menu:
    """The menu of a post, whose files have addresses of the media view."""
    label = post_label(post, with_prompt=True)
    # What is said to be made without a model tells of no recipe to anyone.
    has_prompt = label.shown is not None and bool(label.shown.prompt)

    def address(extension: str) -> str:
        return reverse("gallery:media", args=[post.asset.key, Variant.ORIGINAL, extension])

    return _menu(
        post.asset, address, offers_both=has_prompt and reads_prompt, held_back=has_prompt and not reads_prompt
    )


def take_menu(asset: Asset, recipe: Recipe, address: Callable[[str], str]) -> Menu:
    """The menu of a take, for its maker; `address` gives the address of its file by extension."""
    return _menu(asset, address, offers_both=bool(recipe.prompt), held_back=False)


def _menu(asset: Asset, address: Callable[[str], str], *, offers_both: bool, held_back: bool) -> Menu:
    forms = formats_for(asset.width, asset.height)

    def choices(query: str) -> list[Choice]:
        return [Choice(form, f"{address(form.extension)}?download{query}") for form in forms]

    whole = choices("")
    if offers_both:
        groups = [Group(True, whole), Group(False, choices("&prompt=0"))]
    else:
        groups = [Group(None, whole)]
    own = {file.format for file in asset.files.all() if file.variant == Variant.BARE} or {PNG.extension}
    main = next((choice for choice in whole if choice.form.extension in own), whole[0])
    return Menu(main, groups, asset.width, asset.height, held_back)
