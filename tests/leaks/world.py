"""One site on which everything that can be hidden is, in every place where it could show through.

All of it stands in the rows as members' and moderators' acts leave them; each thing's words, number, key, seed and
digests are its own (`marks`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from gallery.models import Asset, Post, Remix, UnratedPost, User, ViewFilter
from gallery.posts import PostStatus, set_status
from gallery.provenance import LoraEntry, Recipe
from gallery.recipes.editing import edit_recipe
from gallery.similar.upkeep import compare_posts
from gallery.tag_edits.edit import apply_script
from gallery.uploads import save_draft
from generation.models import StylePage, StylePost, Take
from tagging.wiki import Written, write_page
from tests.factories import (
    make_asset,
    make_checkpoint,
    make_lab,
    make_mask,
    make_post,
    make_recipe,
    make_request,
    make_take,
    start_job,
)
from tests.gallery.uploads.files import drafted
from tests.leaks import around, marks
from tests.leaks.pictures import picture_of
from tests.leaks.things import BY_INDEX, COMMON, POSTS, THINGS, Thing
from tests.leaks.viewers import make_accounts, make_filters

KEPT = ("gallery_post", "generation_take", "gallery_uploaddraft")
"""Tables whose numbers are chosen here; their counters go back to where they were."""


EDITED = {"open", "explicit", "removed", "quarantined", "prompt hidden", "prompt on request", "tag hidden by filter"}
"""Posts of whose recipe there is an older version; each costs files made anew."""


@dataclass
class World:
    """`posts` by the names of things; `digests`: the SHA-256 of files and pixels with the index of their thing;
    `files`: variants and formats that each thing's picture has, and `content` one file of each."""

    people: dict[str, User]
    posts: dict[str, Post] = field(default_factory=dict)
    digests: dict[bytes, int] = field(default_factory=dict)
    files: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)


@contextmanager
def numbers_put_back() -> Iterator[None]:
    """Counters of tables know no transaction."""
    with connection.cursor() as cursor:
        before = []
        for table in KEPT:
            cursor.execute(f"SELECT last_value, is_called FROM {table}_id_seq")
            before.append((table, *cursor.fetchone()))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table, last, called in before:
                cursor.execute("SELECT setval(%s, %s, %s)", [f"{table}_id_seq", last, called])


def build_world() -> World:
    """Inside a transaction that is rolled back."""
    cache.clear()
    make_checkpoint("small")
    world = World(make_accounts())
    for thing in POSTS:
        world.posts[thing.name] = _post(world, thing)
    for thing in POSTS:
        if thing.parent:
            Post.objects.filter(pk=thing.pk).update(parent=world.posts[thing.parent])
            Remix.objects.create(post=world.posts[thing.name], source=world.posts[thing.parent])
    compare_posts()
    _take(world, THINGS["private take"])
    _draft(world, THINGS["draft"])
    around.surround(world)
    _styles(world)
    for thing in POSTS:
        set_apart(world, thing)
    # Their pages show what has the tag.
    for title in ("umbrella", "veiled"):
        write_page(world.people["keeper"], title, Written("See {{rating:e}} and [[smeared]]."), seen="")
    _drawing(world)
    list_files(world)
    make_filters(world.people)
    world.found["filters"] = list(ViewFilter.objects.order_by("pk").values_list("pk", flat=True))
    cache.clear()
    return world


def recipe_of(thing: Thing) -> Recipe:
    """A recipe whose every text is a mark."""
    first = thing.word("ol" if thing.name in EDITED else "pr")
    return make_recipe(
        prompt=f"1girl, {first}", negative_prompt=thing.word("ne"), seed=marks.seed(thing.index), width=200, height=160,
        loras=(LoraEntry(thing.word("lo"), "ab" * 32, 0.8, 0.8),),
    )  # fmt: skip


def set_apart(world: World, thing: Thing) -> None:
    """The state that hides it, once all was said about it that can be said about a post in sight."""
    post = world.posts[thing.name]
    post.refresh_from_db()
    if thing.status != "active":
        set_status(post, PostStatus(thing.status))
    if thing.name == "unrated":
        UnratedPost.objects.create(post=post, since=timezone.now(), holds=True)
    Post.objects.filter(pk=thing.pk).update(prompt_visibility=thing.prompt)


def _next(table: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, %s, false)", [f"{table}_id_seq", number])


def _post(world: World, thing: Thing) -> Post:
    author = world.people[thing.author]
    recipe = recipe_of(thing)
    asset = make_asset(author, image=picture_of(thing.index), recipe=recipe)
    Asset.objects.filter(pk=asset.pk).update(key=thing.key)
    asset.refresh_from_db()
    _next("gallery_post", thing.pk)
    post = make_post(
        author, asset=asset, recipe=recipe, rating=thing.rating, tags=[*COMMON, thing.word("ta"), *thing.tags],
        title=thing.word("ti"), commentary=f"Text: {thing.word('co')}.", source=f"https://{thing.word('so')}.example/1",
        ai_level=thing.level, ai_evidence="declared",
    )  # fmt: skip
    assert post.pk == thing.pk
    if thing.name in EDITED:
        edit_recipe(author, post, {"prompt": f"1girl, {thing.word('pr')}"}, 1, reason=f"Was {thing.word('ol')}")
    apply_script(author, post, "sky")
    post.refresh_from_db()
    assert post.rating == thing.rating, (thing.name, post.rating)
    return post


def _take(world: World, thing: Thing) -> None:
    _next("generation_take", thing.pk)
    take: Take = make_take(
        world.people[thing.author], image=picture_of(thing.index), prompt=f"1girl, {thing.word('pr')}",
        negative_prompt=thing.word("ne"), width=200, height=160, seed=marks.seed(thing.index),
    )  # fmt: skip
    assert take.pk == thing.pk
    Asset.objects.filter(pk=take.asset_id).update(key=thing.key)
    world.found["take"] = Take.objects.select_related("asset", "job").get(pk=take.pk)


def _draft(world: World, thing: Thing) -> None:
    out = BytesIO()
    picture_of(thing.index).save(out, "PNG")
    _next("gallery_uploaddraft", thing.pk)
    draft = drafted(world.people[thing.author], out.getvalue(), f"{thing.word('fi')}.png", batch="secret-set")
    assert draft.pk == thing.pk
    save_draft(draft, {"title": thing.word("ti"), "source": f"https://{thing.word('so')}.example/1"})
    Asset.objects.filter(pk=draft.asset_id).update(key=thing.key)
    draft.refresh_from_db()
    world.found["draft"] = draft


def _drawing(world: World) -> None:
    """A picture that is being drawn, with a preview, over a mask."""
    take, painter = THINGS["private take"], world.people["painter"]
    request = make_request(painter, prompt=f"1girl, {take.word('pr')}", count=1)
    world.found["running"] = request.jobs.get()
    out = BytesIO()
    picture_of(take.index).save(out, "WEBP")
    start_job(world.found["running"], preview=out.getvalue())
    world.found["lab"] = make_lab(painter, prompt=f"1girl, {take.word('pr')}")
    world.found["mask"] = make_mask(painter, 200, 160)


def _styles(world: World) -> None:
    """Two that hold every post: one for everybody, and one that its maker alone may know of."""
    world.found["styles"] = []
    for owner, audience in (("keeper", "everybody"), ("painter", "only_me")):
        style = StylePage.objects.create(
            owner=world.people[owner], slug=f"style-of-{owner}", name=f"Style of {owner}", audience=audience
        )
        StylePost.objects.bulk_create(StylePost(style=style, post=world.posts[thing.name]) for thing in POSTS)
        world.found["styles"].append(style.slug)


def list_files(world: World) -> None:
    """Which files there are of each thing, their digests, and the plain file that somebody could send."""
    for asset in Asset.objects.filter(key__startswith="zq").prefetch_related("files"):
        thing = BY_INDEX[marks.index_of(asset.key[2:6].encode())]
        world.digests[asset.pixel_sha256.encode()] = thing.index
        for file in asset.files.all():
            world.digests[file.sha256.encode()] = thing.index
            world.files.setdefault(thing.name, []).append((file.variant, file.format))
        out = BytesIO()
        picture_of(thing.index).save(out, "PNG")
        world.content[thing.name] = out.getvalue()
