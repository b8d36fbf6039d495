"""Every metatag and every order, each with a post that it finds and one that it leaves out.

A metatag or an order without a row here fails the tests: whoever adds one adds its row.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.models import (
    Asset,
    Comment,
    Favourite,
    FavouriteGroup,
    FavouriteGroupEntry,
    Post,
    PostGeneration,
    PostStats,
    PostVersion,
    PostVote,
    Remix,
    SavedSearch,
)
from gallery.provenance import searchable
from gallery.search import search
from gallery.search.metatags import METATAGS, SECTIONS
from gallery.tag_edits import put_tags
from tagging.models import Category, Tag, TagAlias
from tagging.query import registry
from tests.factories import make_asset_row, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db

HASH = "abcdef0123" + "0" * 54
# Queries that find the one post and not the other; `{hit}`, `{miss}`, `{child}`, `{parent}` and `{list}` are numbers.
ROWS = {
    "id": ["id:{hit}", "id:>{miss}", "id:{hit},999999"],
    "width": ["width:200", "width:>150", "width:150..250"],
    "height": ["height:100", "height:>=100"],
    "mpixels": ["mpixels:0.02", "mpixels:>0.01"],
    "ratio": ["ratio:2:1", "ratio:2", "ratio:>1.5", "ratio:2/1"],
    "filesize": ["filesize:2mb", "filesize:>1m", "filesize:2097152"],
    "filetype": ["filetype:webp", "filetype:WEBP,gif"],
    "pixelhash": ["pixelhash:" + "f" * 64],
    "similar": ["similar:{hit}"],
    "score": ["score:2", "score:>1", "score:2,7"],
    "upvotes": ["upvotes:3"],
    "downvotes": ["downvotes:1", "downvotes:>0"],
    "favcount": ["favcount:1"],
    "views": ["views:>=9"],
    "tagcount": ["tagcount:7", "tagcount:>2"],
    "gentags": ["gentags:2"],
    "arttags": ["arttags:1"],
    "copytags": ["copytags:1"],
    "chartags": ["chartags:1"],
    "metatags": ["metatags:1"],
    "modeltags": ["modeltags:1"],
    "unaliased": ["unaliased:cat"],
    "date": ["date:2020-02-03", "date:2020-02", "date:2020", "date:<2021", "date:2020-01..2020-03"],
    "age": ["age:>1y", "age:2y.."],
    "status": ["status:flagged", "status:flagged,removed"],
    "rating": ["rating:s", "rating:sensitive,explicit"],
    "is": [
        "is:sensitive",
        "is:safe",
        "is:flagged",
        "is:webp",
        "is:human",
        "is:child",
        "is:parent",
        "is:sensitive,removed",
    ],
    "has": [
        "has:parent",
        "has:child",
        "has:children",
        "has:source",
        "has:commentary",
        "has:metadata",
        "has:prompt",
        "has:parameters",
        "has:tags tagcount:>1",
    ],
    "parent": ["parent:{parent} -id:{parent}", "parent:any", "-parent:none", "parent:active"],
    "child": ["child:any", "-child:none", "child:{child}", "child:active"],
    "lineage": ["lineage:{child} -id:{child} -id:{parent}", "lineage:{hit} -id:{child} -id:{parent}"],
    "remixof": ["remixof:{parent}", "remixof:any", "-remixof:none", "remix:{parent}"],
    "child_count": ["child_count:1", "children:>0"],
    "active_children": ["active_children:1"],
    "comment_count": ["comments:1", "comment_count:>0", "-comments:0"],
    "commenter": ["commenter:carl", "comm:CARL", "commenter:any", "-commenter:none"],
    "fav": ["fav:ann", "fav:ANN"],
    "favgroup": ["favgroup:{list}", "favgroup:my_list", 'favgroup:"my list"', "favgroup:any", "-favgroup:none"],
    "search": ["search:all", "search:blue"],
    "user": ["user:bob", "user:BOB"],
    "updater": ["updater:ann", "updater:any", "-updater:none"],
    "upvote": ["upvote:ann", "upvoter:ann", "upvote:any"],
    "downvote": ["downvote:any", "-downvote:none"],
    "source": ["source:https://example.com", "source:*.com/art*", "source:any", "-source:none"],
    "commentary": ["commentary:rain", "commentary:RAINY", "commentary:any", "-commentary:none", "commentary:a*night"],
    "prompt": [
        "prompt:hair",
        "prompt:long_red_hair",
        'prompt:"long red hair"',
        "prompt:ha*",
        "prompt:*nset",
        "prompt:s*t",
        "prompt:sunset,hair",
        "prompt:青い",
        'prompt:"red hair sunset"',
        "prompt:any",
        "-prompt:none",
        "prompt:LONG_*_hair",
    ],
    "negative": ["negative:blurry", "negative:blur*", "negative:any"],
    "model": ["model:night_sky", 'model:"Night Sky"', "model:night*", "model:abcdef0", "model:any"],
    "modelhash": ["modelhash:abcdef", "modelhash:" + HASH, "modelhash:any"],
    "lora": ["lora:detail", "lora:det*", "lora:DETAIL", "lora:any"],
    "sampler": ["sampler:euler_a", 'sampler:"Euler a"', "sampler:eul*", "sampler:any"],
    "scheduler": ["scheduler:karras", "-scheduler:none"],
    "generator": ["generator:comfyui", "generator:comfy", "generator:any"],
    "steps": ["steps:20", "steps:10..30", "steps:any", "-steps:none"],
    "cfg": ["cfg:7.5", "cfg:7..8", "cfg:any"],
    "denoise": ["denoise:0.5", "denoise:<0.6"],
    "seed": ["seed:42", "seed:41..43", "seed:any"],
    "evidence": ["evidence:declared"],
}
# What rules the whole search, with what it gives.
RULING = {
    "order": ("order:id", "miss hit"),
    "ordfav": ("ordfav:ann", "hit"),
    "ordfavgroup": ("ordfavgroup:my_list", "hit"),
    "limit": ("limit:1 order:id", "miss"),
    "random": ("random:2 {both}", "hit miss"),
}
# Every order, as its bare key sorts the two (the hit is the newer one, made later and with more of everything).
ORDERS = {
    "id": "miss hit",
    "created_at": "miss hit",
    "change": "miss hit",
    "score": "hit miss",
    "upvotes": "hit miss",
    "downvotes": "hit miss",
    "favcount": "hit miss",
    "views": "hit miss",
    "mpixels": "hit miss",
    "filesize": "hit miss",
    "tagcount": "hit miss",
    "gentags": "hit miss",
    "arttags": "hit miss",
    "copytags": "hit miss",
    "chartags": "hit miss",
    "metatags": "hit miss",
    "modeltags": "hit miss",
    "child_count": "hit miss",
    "portrait": "miss hit",
    "landscape": "hit miss",
    "none": "hit miss",
    "custom": "hit miss",
    "random": "",
    "rank": "",
    "hot": "",
}


@pytest.fixture
def scene():
    """`hit` has everything, `miss` next to nothing; both are bob's, ann looks."""
    ann, bob, carl = make_user("ann", shown_ratings="gsqe", role="moderator"), make_user("bob"), make_user("carl")
    for name, category in [("art", 1), ("copy", 3), ("char", 4), ("meta", 5), ("model", 6)]:
        Tag.objects.create(name=name, category=Category(category))
    plain = make_recipe(
        **dict.fromkeys(("prompt", "negative_prompt", "model_name", "model_hash", "sampler"), ""),
        scheduler="",
        steps=None,
        cfg=None,
        seed=None,
        generator="",
    )
    parent, miss = (
        make_post(
            carl, asset=make_asset_row(carl), tags=["dog"], recipe=plain, ai_level="generated", ai_evidence="site_job"
        )
        for _ in range(2)
    )
    hit = make_post(
        bob,
        asset=make_asset_row(bob),
        tags=["cat", "blue", "art", "copy", "char", "meta", "model"],
        rating="s",
        recipe=plain,
        ai_level="human",
        ai_evidence="declared",
        title="A rainy night",
    )
    child = make_post(carl, asset=make_asset_row(carl), tags=["dog"], recipe=plain)
    Post.objects.filter(pk=child.pk).update(parent=hit)
    for post, names in ((miss, ["dog"]), (hit, ["cat", "blue", "art", "copy", "char", "meta", "model"])):
        put_tags(post, Tag.objects.filter(name__in=names))  # without those that every new post gets
        post.save()
    TagAlias.objects.create(antecedent="kitty", consequent=Tag.objects.get(name="cat"))
    Asset.objects.filter(pk=hit.asset_id).update(pixel_sha256="f" * 64)
    old = timezone.now().replace(year=2020, month=2, day=3, hour=12)
    Post.objects.filter(pk=hit.pk).update(
        parent=parent,
        width=200,
        height=100,
        file_size=2 * 1024 * 1024,
        file_type="webp",
        status="flagged",
        source="https://example.com/art/1",
        commentary="x",
        created_at=old,
        updated_at=old,
    )
    for below, state in ((hit, "standing"), (hit, "removed"), (miss, "removed"), (miss, "withdrawn")):
        Comment.objects.create(post=below, author=carl, post_author=below.author, text="Wet.", state=state)
    PostStats.objects.filter(pk=hit.pk).update(score=2, up_score=3, down_score=1, fav_count=1, views=9)
    prompt = "long red hair, sunset, 青い目"
    PostGeneration.objects.filter(pk=hit.pk).update(
        prompt=prompt,
        prompt_words=searchable(prompt),
        negative_prompt="blurry",
        negative_words=searchable("blurry"),
        model_name="Night Sky",
        model_hash=HASH,
        sampler="Euler a",
        scheduler="Karras",
        steps=20,
        cfg=7.5,
        seed=42,
        denoise=0.5,
        loras=["detail"],
        generator="ComfyUI",
    )
    Remix.objects.create(post=hit, source=parent)
    PostVote.objects.create(user=ann, post=hit, score=1)
    Favourite.objects.create(user=ann, post=hit)
    group = FavouriteGroup.objects.create(owner=ann, name="my_list")
    FavouriteGroupEntry.objects.create(group=group, post=hit, position=1)
    SavedSearch.objects.create(user=ann, query="blue status:any", labels=["blue"])
    SavedSearch.objects.create(user=ann, query="(broken", labels=["blue"])
    SavedSearch.objects.create(user=ann, query="search:all", labels=["blue"])
    PostVersion.objects.create(post=hit, number=2, editor=ann, at=timezone.now(), rating="s")
    return {"hit": hit.pk, "miss": miss.pk, "child": child.pk, "parent": parent.pk, "list": group.pk, "viewer": ann}


def between(scene, text):
    """`hit`, `miss` or both in the order found; the two relatives are left out."""
    pages = search(f"({text}) status:any", scene["viewer"])
    names = {scene["hit"]: "hit", scene["miss"]: "miss"}
    return [names[post.pk] for post in pages.posts if post.pk in names]


def test_every_metatag_has_a_row():
    assert ROWS.keys() | RULING.keys() == set(registry.names())
    assert ROWS.keys() | (RULING.keys() - {"order"}) == METATAGS.keys()


def test_every_order_has_a_row():
    assert ORDERS.keys() == {kind.key for kind in registry.order_kinds()}


def test_every_metatag_and_order_is_explained():
    assert all(str(kind.summary()) and kind.section in SECTIONS for kind in registry.kinds() if kind.name != "order")
    assert all(str(kind.summary()) for kind in registry.order_kinds())
    for kind in registry.kinds():
        assert kind.examples or kind.name in ("order", "pixelhash"), kind.name


def test_every_metatag_finds_the_one_and_leaves_the_other(scene):
    wrong = []
    for name, queries in ROWS.items():
        for query in queries:
            text = query.format(**scene)
            if between(scene, text) != ["hit"] or between(scene, f"-({text})") != ["miss"]:
                wrong.append((name, text, between(scene, text), between(scene, f"-({text})")))
    assert wrong == []


def test_every_order_sorts_the_two_and_turns_round(scene):
    wrong = []
    for kind in registry.order_kinds():
        expected = ORDERS[kind.key].split()
        ids = f"id:{scene['hit']},{scene['miss']}"
        if not expected:
            continue
        for value in kind.values():
            names = {scene["hit"]: "hit", scene["miss"]: "miss"}
            page = search(f"{ids} status:any order:{value}", scene["viewer"])
            found = [names[post.pk] for post in page.posts]
            turned = value.endswith(("_asc", "_desc")) and value.endswith("_asc") != kind.ascending
            if found != (expected[::-1] if turned else expected):
                wrong.append((value, found))
    assert wrong == []


def test_what_rules_the_whole_search(scene):
    both = f"id:{scene['hit']},{scene['miss']} status:any"
    names = {scene["hit"]: "hit", scene["miss"]: "miss"}
    for query, expected in RULING.values():
        text = query.replace("{both}", "") + " " + both
        found = [names[post.pk] for post in search(text, scene["viewer"]).posts]
        assert (sorted(found) if "random" in query else found) == expected.split(), query


def test_the_orders_of_what_people_like_now(scene):
    """Liked and new: rank looks at two days, hot at seven, where a strong rating counts less."""
    now = timezone.now()
    ids = [scene["hit"], scene["miss"], scene["child"], scene["parent"]]
    for post_id, score, days, rating in zip(ids, (5, 5, 0, 50), (1, 1.01, 0, 3), "egge", strict=True):
        Post.objects.filter(pk=post_id).update(created_at=now - timedelta(days=days), rating=rating, status="active")
        PostStats.objects.filter(pk=post_id).update(score=score, up_score=score, down_score=0, fav_count=0, views=0)
    hit, miss, _child, parent = ids
    viewer = scene["viewer"]
    assert [post.pk for post in search("order:rank", viewer).posts] == [hit, miss]
    assert [post.pk for post in search("order:hot", viewer).posts] == [parent, miss, hit]


def test_a_shuffle_stays_from_page_to_page_and_differs_by_seed(scene):
    for _ in range(12):
        make_post(asset=make_asset_row(make_user()))
    viewer = scene["viewer"]

    def walk(text):
        page = search(text, viewer, limit=3)
        ids = [post.pk for post in page.posts]
        while page.next_token:
            page = search(text, viewer, limit=3, page_token=page.next_token)
            ids += [post.pk for post in page.posts]
        return ids

    everything = sorted(post.pk for post in search("", viewer).posts)
    assert walk("order:random:7") == walk("order:random:7") != walk("order:random:8")
    assert sorted(walk("order:random")) == sorted(walk("order:random:8")) == everything
    page = search("order:random", viewer, limit=3)
    assert page.query.startswith("order:random:")
    again = search(page.query, viewer, limit=3)
    assert [post.pk for post in again.posts] == [post.pk for post in page.posts]


def test_an_abbreviation_is_the_largest_tag_with_these_initials(scene):
    large = make_post(asset=make_asset_row(make_user()), tags=["long_hair"])
    make_post(asset=make_asset_row(make_user()), tags=["last_hope"])
    other = make_post(asset=make_asset_row(make_user()), tags=["long_hair"])
    assert [post.pk for post in search("/lh", scene["viewer"]).posts] == [other.pk, large.pk]
    assert search("/zz", scene["viewer"]).posts == []


def test_every_order_pages_through_all_posts_whatever_their_score(scene):
    """Posts that a list leaves out for their score lie beside the others, and the page after is asked for from each."""
    posts = [make_post(asset=make_asset_row(make_user())).pk for _ in range(6)]
    for post_id, score in zip(posts, (0, -2, 3, 0, 7, -1), strict=True):
        PostStats.objects.filter(pk=post_id).update(score=score, up_score=max(score, 0), down_score=max(-score, 0))
    viewer = scene["viewer"]
    wrong = []
    for order in registry.orders():
        for text in (f"order:{order}", f"order:{order} steps:none", f"order:{order} steps:20"):
            query = text if not order.startswith("custom") else f"{text} id:" + ",".join(map(str, posts))
            whole = [post.pk for post in search(query, viewer).posts]
            for size in (1, 2):
                page = search(query, viewer, limit=size)
                query_of_page, found = page.query, [post.pk for post in page.posts]
                while page.next_token:
                    page = search(query_of_page, viewer, limit=size, page_token=page.next_token)
                    found += [post.pk for post in page.posts]
                if (sorted(found) if "random" in order else found) != (sorted(whole) if "random" in order else whole):
                    wrong.append((query, size, found, whole))
    assert wrong == []


@pytest.mark.parametrize("order", ["rank", "hot"])
def test_a_place_in_what_people_like_now_is_compared_with_liked_posts_alone(scene, order):
    unliked = make_post(asset=make_asset_row(make_user()))
    PostStats.objects.filter(pk=unliked.pk).update(score=-200, down_score=200)
    assert search(f"order:{order}", scene["viewer"], page_token=f"b5.{order}.51305.1").posts == []
    assert search(f"steps:none order:{order}", scene["viewer"], page_token=f"b5.{order}.51305.1").posts == []
