"""What a viewer may not know cannot be found out by searching: no result, count or order depends on it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.errors import Invalid, NotAllowed
from gallery.models import (
    Favourite,
    FavouriteGroup,
    FavouriteGroupEntry,
    Post,
    PostGeneration,
    PostStats,
    PostVote,
    SavedSearch,
)
from gallery.provenance import searchable
from gallery.search import iterate_ids, neighbours, sample_tags, search
from tagging.query import registry
from tests.factories import make_asset, make_asset_row, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def bare_post(author=None, **fields):
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), **fields)


def seen(text, viewer):
    """All that a search tells."""
    page = search(text, viewer)
    return [post.pk for post in page.posts], page.count, page.count_is_exact, page.next_token


PROMPT_QUERIES = [
    "prompt:secret", 'prompt:"secret word"', "prompt:sec*", "prompt:any", "prompt:none", "negative:secret",
    "negative:any", "seed:42", "seed:any", "seed:none", "seed:1..100", "lora:secret", "lora:sec*", "lora:any",
    "has:prompt", "has:metadata", "(prompt:secret or cat)", "(prompt:secret cat)",
]  # fmt: skip


@pytest.mark.parametrize("negated", [False, True])
def test_a_hidden_prompt_is_the_same_to_others_whatever_it_says(negated):
    empty = make_recipe(prompt="", negative_prompt="", seed=None, model_name="", model_hash="", sampler="",
                        scheduler="", steps=None, cfg=None)  # fmt: skip
    author = make_user()
    post = bare_post(author, tags=["cat"], recipe=empty, prompt_visibility="hidden")
    bare_post(tags=["cat"], recipe=empty)
    queries = [f"-({text})" if negated else text for text in PROMPT_QUERIES]
    strangers = [VISITOR, make_user()]
    before = [seen(text, viewer) for text in queries for viewer in strangers]
    own_before = [seen(text, author) for text in queries]
    PostGeneration.objects.filter(pk=post.pk).update(
        prompt="secret word", prompt_words=searchable("secret word"), negative_prompt="secret",
        negative_words=searchable("secret"), seed=42, loras=["secret"],
    )  # fmt: skip
    assert [seen(text, viewer) for text in queries for viewer in strangers] == before
    # The author, and a moderator, may read it: so they may search it.
    assert [seen(text, author) for text in queries] != own_before
    assert seen("prompt:secret", make_user(role="moderator"))[0] == [post.pk]
    assert seen("prompt:secret", author)[0] == seen("seed:42", author)[0] == seen("lora:secret", author)[0] == [post.pk]


def test_the_size_of_a_file_tells_nothing_of_a_hidden_prompt():
    author = make_user()
    asset = make_asset(author, recipe=make_recipe(prompt="long " * 500))
    posts = [make_post(author, asset=asset, prompt_visibility="hidden"), bare_post()]
    sizes = dict(asset.files.values_list("variant", "size_bytes"))
    assert sizes["original"] > sizes["bare"] + 1000
    for viewer in (VISITOR, author):
        assert seen(f"filesize:{sizes['original']}", viewer)[0] == []
        assert seen(f"filesize:>{sizes['bare']}", viewer)[0] == []
        assert seen(f"filesize:{sizes['bare']}", viewer)[0] == [posts[0].pk]
        token = search("order:filesize", viewer, limit=1).next_token
        assert token == f"b{posts[0].pk}.filesize.{sizes['bare']}"


HIDING = [{"status": "removed"}, {"status": "quarantined"}, {"rating": "e"}]
FAMILY_QUERIES = [
    "is:parent", "is:child", "has:child", "has:parent", "child:any", "child:none", "parent:any", "parent:none",
    "child_count:>0", "child_count:0", "active_children:1", "order:child_count", "order:child_count_asc",
    "parent:{hidden}", "child:{hidden}", "lineage:{hidden}", "lineage:{post}", "child:removed", "parent:removed",
    "child:active", "parent:active", "parent:{post}", "child:{post}",
]  # fmt: skip


@pytest.mark.parametrize("hiding", HIDING)
@pytest.mark.parametrize("above", [False, True])
def test_a_hidden_parent_or_child_is_as_if_it_were_not_there(hiding, above):
    post, other = bare_post(), bare_post()
    hidden = bare_post(**{"rating": "g", "status": "active"} | hiding)
    far = bare_post()
    numbers = {"hidden": hidden.pk, "post": post.pk}
    queries = [text.format(**numbers) for text in FAMILY_QUERIES]
    queries += [f"-({text})" for text in queries if not text.startswith("order")]
    viewers = [VISITOR, make_user(shown_ratings="gs")]
    before = [seen(text, viewer) for text in queries for viewer in viewers]
    lower, upper = (post, hidden) if above else (hidden, post)
    Post.objects.filter(pk=lower.pk).update(parent=upper)
    if above:
        Post.objects.filter(pk=upper.pk).update(parent=far)
    else:
        Post.objects.filter(pk=far.pk).update(parent=lower)
    assert [seen(text, viewer) for text in queries for viewer in viewers] == before
    assert other.pk in seen("child:none", VISITOR)[0]


def test_private_favourites_are_like_none():
    keeper, stranger = make_user("keeper", private_favourites=True), make_user()
    post, other = bare_post(), bare_post()
    queries = ["fav:keeper", "-fav:keeper", "ordfav:keeper", "(fav:keeper or id:1)"]
    viewers = [VISITOR, stranger, make_user(role="moderator")]
    before = [seen(text, viewer) for text in queries for viewer in viewers]
    Favourite.objects.create(user=keeper, post=post)
    assert [seen(text, viewer) for text in queries for viewer in viewers] == before
    assert seen("fav:keeper", keeper)[0] == seen("ordfav:keeper", keeper)[0] == [post.pk]
    with pytest.raises(Invalid):
        search("ordfav:keeper", stranger, page_token=f"b{post.pk}")
    keeper.private_favourites = False
    keeper.save()
    assert seen("fav:keeper", stranger)[0] == [post.pk]
    assert other.pk in seen("-fav:keeper", stranger)[0]


def test_a_private_list_is_like_none():
    owner, stranger = make_user(), make_user()
    post = bare_post()
    group = FavouriteGroup.objects.create(owner=owner, name="mine", is_public=False)
    queries = ["favgroup:{}", "-favgroup:{}", "ordfavgroup:{}", "favgroup:mine", "ordfavgroup:mine", "favgroup:any"]
    queries = [text.format(group.pk) for text in queries]
    viewers = [VISITOR, stranger, make_user(role="moderator")]
    before = [seen(text, viewer) for text in queries for viewer in viewers]
    FavouriteGroupEntry.objects.create(group=group, post=post, position=1)
    assert [seen(text, viewer) for text in queries for viewer in viewers] == before
    assert seen("favgroup:mine", owner)[0] == seen(f"ordfavgroup:{group.pk}", owner)[0] == [post.pk]
    assert seen("favgroup:any", owner)[0] == [post.pk]
    FavouriteGroup.objects.filter(pk=group.pk).update(is_public=True)
    assert seen("favgroup:mine", stranger)[0] == seen(f"favgroup:{group.pk}", VISITOR)[0] == [post.pk]
    assert seen("favgroup:any", stranger)[0] == []


def test_who_voted_is_told_to_the_voter_and_moderators_alone():
    voter, stranger, moderator = make_user("voter"), make_user(), make_user(role="moderator")
    post = bare_post()
    PostVote.objects.create(user=voter, post=post, score=1)
    PostStats.objects.filter(pk=post.pk).update(score=1, up_score=1)
    for text in ("upvote:voter", "-downvote:voter", "cat or upvoter:voter", "upvote:nobody"):
        for viewer in (VISITOR, stranger):
            with pytest.raises(NotAllowed) as caught:
                search(text, viewer)
            assert caught.value.status == 403
    assert seen("upvote:voter", voter)[0] == seen("upvote:VOTER", moderator)[0] == [post.pk]
    assert seen("downvote:voter", voter)[0] == seen("upvote:nobody", moderator)[0] == []
    assert seen("upvote:any", VISITOR)[0] == [post.pk]


def test_a_disabled_account_searches_as_a_visitor():
    voter = make_user("voter", is_active=False, shown_ratings="gs")
    bare_post(rating="s", tags=["cat"])
    with pytest.raises(NotAllowed):
        search("upvote:voter", voter)
    with pytest.raises(NotAllowed):
        search("search:all", voter)
    assert seen("cat", voter)[0] == []


def test_saved_searches_are_the_viewers_own():
    owner, stranger = make_user(), make_user()
    post = bare_post(tags=["cat"])
    SavedSearch.objects.create(user=owner, query="cat", labels=["mine"])
    assert seen("search:mine", owner)[0] == seen("search:all", owner)[0] == seen("search:MINE", owner)[0] == [post.pk]
    assert seen("search:mine", stranger)[0] == seen("search:all", stranger)[0] == []
    assert seen("-search:all", stranger)[0] == [post.pk]
    with pytest.raises(NotAllowed):
        search("search:all", VISITOR)


def test_a_saved_search_that_cannot_be_answered_is_left_out():
    owner = make_user()
    post = bare_post(tags=["cat"])
    removed = bare_post(owner, tags=["dog"], status="removed")
    for query in ("cat order:score limit:3", "(broken", "search:all", "upvote:somebody_else", "prompt:!!!", "x*"):
        SavedSearch.objects.create(user=owner, query=query, labels=[])
    assert seen("search:all", owner)[0] == [post.pk]
    SavedSearch.objects.create(user=owner, query="dog", labels=[])
    # That another part of the search names a state does not widen the saved one.
    assert seen("search:all or status:flagged", owner)[0] == [post.pk]
    SavedSearch.objects.create(user=owner, query="dog status:any", labels=[])
    assert seen("search:all status:any", owner)[0] == [removed.pk, post.pk]


def test_a_place_at_a_hidden_post_tells_nothing_of_it():
    hidden = bare_post(status="removed")
    bare_post()
    PostStats.objects.filter(pk=hidden.pk).update(score=7, up_score=7)
    for value in registry.orders():
        if value in ("id", "id_asc", "id_desc", "none", "custom") or value.startswith("random"):
            continue
        with pytest.raises(Invalid):
            search(f"order:{value}", VISITOR, page_token=f"b{hidden.pk}")


def test_programs_see_what_their_viewer_sees():
    shown, hidden = bare_post(tags=["cat"]), bare_post(tags=["cat"], rating="s")
    other = bare_post(tags=["cat", "dog"])
    viewer = make_user(shown_ratings="gs")
    assert iterate_ids("cat order:score limit:1", VISITOR) == [shown.pk, other.pk]
    assert iterate_ids("cat", viewer) == [shown.pk, hidden.pk, other.pk]
    assert iterate_ids("cat", viewer, after_id=shown.pk, batch=1) == [hidden.pk]
    assert iterate_ids("cat", viewer, after_id=other.pk) == []
    assert sample_tags("cat", VISITOR) == [sorted(other.tag_ids), sorted(shown.tag_ids)]
    assert len(sample_tags("cat", viewer, limit=2)) == 2


def test_the_next_post_is_one_that_the_viewer_may_see_in_every_order():
    first, hidden, last = bare_post(), bare_post(status="removed"), bare_post()
    for score, post in enumerate((first, hidden, last)):
        PostStats.objects.filter(pk=post.pk).update(score=score, up_score=score, views=score)
    for order in ("score", "views", "id_desc", "change", "tagcount"):
        assert neighbours(f"order:{order}", VISITOR, last) == (None, first.pk)
        assert neighbours(f"order:{order}", VISITOR, first) == (last.pk, None)
    assert neighbours("order:rank", VISITOR, first) == (None, None)
