"""The history of posts: what is written down, what can be taken back, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from gallery import moderation, posts
from gallery.accounts.house import house_account
from gallery.bulk_updates.retagging import retag
from gallery.errors import Invalid, NotAllowed, UserFacingError
from gallery.models import Post, PostVersion, User
from gallery.tag_edits import apply_script, edit_tags
from gallery.tag_edits.history import Filter, changes, history
from gallery.tag_edits.undo import revert_to, undo, undo_since
from tagging.changes import set_deprecated
from tagging.models import Tag, TagAlias
from tests.factories import PASSWORD, SET_BY_SITE, make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def plain_post(*tags: str, author: User | None = None, **fields: Any) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), tags=tags or ("cat",), **fields)


def names(ids: list[int]) -> set[str]:
    return set(Tag.objects.filter(pk__in=ids).values_list("name", flat=True)) - SET_BY_SITE


def story(post: Post) -> list[tuple[int, str, set[str], set[str]]]:
    """Number, editor, added and removed of every version."""
    rows = post.versions.select_related("editor").order_by("number")
    return [(row.number, row.editor.username, names(row.added_ids), names(row.removed_ids)) for row in rows]


def now_of(post: Post) -> set[str]:
    post.refresh_from_db()
    return names(post.tag_ids)


def age(post: Post, **by: float) -> None:
    """Make the newest version older."""
    newest = post.versions.order_by("-number").first()
    PostVersion.objects.filter(pk=newest.pk).update(at=timezone.now() - timedelta(**by))


def newest_is_the_post(post: Post) -> bool:
    post.refresh_from_db()
    newest = post.versions.order_by("-number").first()
    state = (post.tag_ids, post.rating, post.parent_id, post.source)
    return (newest.tag_ids, newest.rating, newest.parent_id, newest.source) == state


def test_publication_and_every_edit_are_versions():
    author, other = make_user("author"), make_user("other")
    parent = plain_post()
    post = plain_post("cat", author=author)
    edit_tags(other, post, new="cat dog")
    age(post, hours=2)
    apply_script(other, post, f"-cat parent:{parent.pk} source:here")
    assert story(post) == [
        (1, "author", {"cat"}, set()),
        (2, "other", {"dog"}, set()),
        (3, "other", set(), {"cat"}),
    ]
    assert newest_is_the_post(post)


def test_edits_of_one_person_within_an_hour_are_one_version():
    author, other, third = make_user("author"), make_user("other"), make_user("third")
    post = plain_post("cat", author=author)
    edit_tags(other, post, new="cat dog")
    edit_tags(other, post, new="dog sea")
    assert story(post)[1:] == [(2, "other", {"dog", "sea"}, {"cat"})]
    edit_tags(third, post, new="dog sea sky")
    edit_tags(other, post, new="dog sky")
    assert [row[:2] for row in story(post)] == [(1, "author"), (2, "other"), (3, "third"), (4, "other")]
    edit_tags(other, post, new="dog sky sea")
    # What takes an edit back leaves its trace: nobody spoils tags and cleans up unseen.
    assert story(post)[3:] == [(4, "other", set(), {"sea"}), (5, "other", {"sea"}, set())]
    assert newest_is_the_post(post)


def test_what_was_published_stays_the_first_version():
    post = plain_post("cat")
    edit_tags(post.author, post, new="cat dog")
    edit_tags(post.author, post, new="cat dog sea")
    assert [row[2:] for row in story(post)][1:] == [({"dog", "sea"}, set())]
    assert "cat" in story(post)[0][2]


def test_two_edits_of_the_house_within_an_hour_can_be_undone_one_by_one():
    post, house = plain_post("cat"), house_account()
    edit_tags(house, post, new="cat dog")
    edit_tags(house, post, new="cat dog sea")
    undo(make_user("other"), post, 2)
    assert now_of(post) == {"cat", "sea"}


def test_an_edit_that_changes_nothing_writes_nothing():
    post = plain_post("cat")
    before = Post.objects.get(pk=post.pk).updated_at
    edit_tags(make_user(), post, new="cat lowres tiny", seen="cat lowres tiny")
    assert post.versions.count() == 1
    assert Post.objects.get(pk=post.pk).updated_at == before


def test_a_post_without_history_gets_its_first_version_with_its_first_edit():
    post = plain_post("cat", author=make_user("author"))
    PostVersion.objects.all().delete()
    edit_tags(make_user("other"), post, new="dog")
    assert story(post) == [(1, "author", {"cat"}, set()), (2, "other", {"dog"}, {"cat"})]
    assert post.versions.get(number=1).at == post.created_at


def test_a_moderators_rating_stands_alone_and_only_moderators_see_whose_it_is():
    moderator = make_user("judge", role="moderator", shown_ratings="gs")
    post = plain_post("cat", author=make_user("author"))
    edit_tags(moderator, post, new="cat dog")
    moderation.rerate(moderator, post, "s", "It shows more.")
    edit_tags(moderator, post, new="cat dog sea")
    assert [row[:2] for row in story(post)] == [(1, "author"), (2, "judge"), (3, "judge"), (4, "judge")]
    viewer = make_user(shown_ratings="gs")
    assert [line.editor for line in history(post, viewer).lines] == ["judge", "", "judge", "author"]
    assert [line.editor for line in history(post, moderator).lines] == ["judge", "judge", "judge", "author"]
    assert len(changes(viewer, Filter(user="judge")).lines) == 2
    assert len(changes(moderator, Filter(user="judge")).lines) == 3


def test_going_back_to_a_version_is_an_edit_of_its_own():
    author, other, third = make_user("author"), make_user("other"), make_user("third")
    parent = plain_post()
    post = plain_post("cat", "sea", author=author)
    apply_script(other, post, f"-cat dog parent:{parent.pk} source:here")
    revert_to(third, post, 1)
    assert now_of(post) == {"cat", "sea"}
    assert (post.parent_id, post.source) == (None, "")
    revert_to(author, post, 2)
    assert now_of(post) == {"dog", "sea"}
    assert (post.parent_id, post.source) == (parent.pk, "here")
    assert [row[0] for row in story(post)] == [1, 2, 3, 4]
    with pytest.raises(Invalid) as caught:
        revert_to(other, post, 9)
    assert caught.value.code == "no_version"


def test_undoing_one_edit_leaves_later_ones():
    author, other, third = make_user("author"), make_user("other"), make_user("third")
    post = plain_post("cat", "sea", author=author)
    edit_tags(other, post, new="sea dog")
    edit_tags(third, post, new="sea dog sky")
    undo(author, post, 2)
    assert now_of(post) == {"cat", "sea", "sky"}
    with pytest.raises(Invalid) as caught:
        undo(author, post, 1)
    assert caught.value.code == "first_version"


def test_going_back_keeps_todays_rules():
    post = plain_post("cat", "nice", "kitty", author=make_user("author"))
    apply_script(make_user("other"), post, "-nice -kitty")
    set_deprecated(Tag.objects.get(name="nice"), True, None)
    feline = Tag.objects.create(name="feline")
    TagAlias.objects.create(antecedent="kitty", consequent=feline)
    edited = revert_to(make_user(), post, 1)
    assert now_of(post) == {"cat", "feline"}
    assert any("nice" in warning for warning in edited.warnings)


def test_undoing_takes_back_what_a_tag_is_called_since():
    vandal = make_user("vandal")
    post = plain_post("sea", "kitty", author=make_user("author"))
    apply_script(vandal, post, "lond_hair -kitty")
    for old, new in (("lond_hair", "long_hair"), ("kitty", "cat")):
        TagAlias.objects.create(antecedent=old, consequent=Tag.objects.create(name=new))
    renamed, name = (Tag.objects.get(name=each).pk for each in ("lond_hair", "long_hair"))
    retag(make_user("gardener"), [Post.objects.get(pk=post.pk)], lambda ids: (ids - {renamed}) | {name})
    undo(make_user("fourth"), post, 2)
    assert now_of(post) == {"sea", "cat"}


def test_undoing_leaves_a_tag_that_was_there_before_under_its_present_name():
    post = plain_post("long_hair", author=make_user("author"))
    apply_script(make_user("other"), post, "lond_hair dog")
    TagAlias.objects.create(antecedent="lond_hair", consequent=Tag.objects.get(name="long_hair"))
    undo(make_user("third"), post, 2)
    assert now_of(post) == {"long_hair"}


def test_an_edit_that_is_not_the_one_that_was_seen_is_not_undone(client):
    other = make_user("other")
    post = plain_post("cat", author=make_user("author"))
    edit_tags(other, post, new="cat dog")
    signed_in(client, make_user("fourth"))
    seen = post.versions.get(number=2).pk
    assert f'name="version" value="{seen}"' in client.get(f"/posts/{post.pk}/history").content.decode()
    for act in ("undo", "revert"):
        answer = client.post(f"/posts/{post.pk}/history/2", {"act": act, "version": seen + 1}, follow=True)
        assert "Version 2 is another edit by now" in answer.content.decode()
    assert now_of(post) == {"cat", "dog"}
    client.post(f"/posts/{post.pk}/history/2", {"act": "undo", "version": seen})
    assert now_of(post) == {"cat"}


def test_a_rating_goes_back_by_its_author_alone():
    author = make_user("author")
    post = plain_post("cat", author=author)
    age(post, hours=2)
    apply_script(author, post, "rating:s dog")
    edited = revert_to(make_user(shown_ratings="gs"), post, 1)
    assert (edited.post.rating, now_of(post)) == ("s", {"cat"})
    assert any("Sensitive" in warning for warning in edited.warnings)
    assert revert_to(author, post, 1).post.rating == "g"


def test_all_edits_of_one_person_since_a_time_are_taken_back_by_moderators():
    vandal, good, moderator = make_user("vandal"), make_user("good"), make_user("mod", role="moderator")
    touched = [plain_post("cat", "sea") for _ in range(3)]
    older = plain_post("cat")
    own = plain_post("cat", author=vandal)
    for post in touched:
        edit_tags(vandal, post, new="sea spam")
    edit_tags(good, touched[0], new="sea spam sky")
    edit_tags(vandal, touched[0], new="spam worse")
    edit_tags(vandal, older, new="cat old")
    age(older, days=3)
    with pytest.raises(NotAllowed):
        undo_since(good, vandal, timezone.now() - timedelta(days=1))
    since = timezone.now() - timedelta(days=1)
    first = undo_since(moderator, vandal, since, batch=2)
    assert (first.posts, first.left, first.next_after) == (2, 0, touched[1].pk)
    assert undo_since(moderator, vandal, since, after=first.next_after).next_after is None
    assert now_of(touched[0]) == {"cat", "sea", "sky"}
    assert now_of(touched[1]) == now_of(touched[2]) == {"cat", "sea"}
    assert now_of(older) == {"cat", "old"}
    assert now_of(own) == {"cat"}
    apply_script(good, touched[1], "-cat")
    assert undo_since(moderator, vandal, since).posts == 0
    assert now_of(touched[1]) == {"sea"}


def test_the_list_of_changes_shows_posts_in_ones_lists_alone_and_can_be_narrowed():
    mika = make_user("mika")
    post, hidden, removed = plain_post("cat"), plain_post("cat", rating="s"), plain_post("cat")
    edit_tags(mika, post, new="dog")
    edit_tags(make_user(shown_ratings="gs"), hidden, new="dog")
    moderation.remove(make_user(role="moderator"), removed, "Twice the same.")
    viewer = make_user()
    assert {line.version.post_id for line in changes(viewer, Filter()).lines} == {post.pk}
    adult = make_user(shown_ratings="gs")
    assert {line.version.post_id for line in changes(adult, Filter()).lines} == {post.pk, hidden.pk}
    assert [line.editor for line in changes(viewer, Filter(user="MIKA")).lines] == ["mika"]
    assert [line.version.number for line in changes(viewer, Filter(added="dog")).lines] == [2]
    assert [line.version.number for line in changes(viewer, Filter(removed="cat")).lines] == [2]
    assert changes(viewer, Filter(added="nothing")).lines == []
    assert changes(viewer, Filter(user="nobody")).lines == []


def test_a_parent_out_of_sight_is_not_named_in_the_history():
    author = make_user("author", shown_ratings="gq")
    hidden, post = plain_post(author=author, rating="q"), plain_post("cat", author=author)
    apply_script(author, post, f"parent:{hidden.pk}")
    shown = history(post, make_user()).lines
    assert [line.parent.after for line in shown if line.parent] == ["?"]
    assert [line.parent.after for line in history(post, author).lines if line.parent] == [f"#{hidden.pk}"]


def test_the_history_goes_on_page_by_page():
    post = plain_post("cat")
    base = post.versions.get()
    for number in range(2, 61):
        PostVersion.objects.create(
            post=post, number=number, editor=post.author, at=base.at, tag_ids=base.tag_ids, rating="g"
        )
    page = history(post, post.author)
    assert [line.version.number for line in page.lines] == list(range(60, 10, -1))
    assert [line.version.number for line in history(post, post.author, page.next_before).lines] == list(
        range(10, 0, -1)
    )


# --- pages -----------------------------------------------------------------------------------------------------------


def signed_in(client: Any, user: User) -> Any:
    assert client.login(username=user.username, password=PASSWORD)
    return client


def test_the_pages_show_what_changed_and_take_it_back(client):
    other = make_user("other")
    post = plain_post("cat", author=make_user("author"))
    edit_tags(other, post, new="cat dog")
    page = client.get(f"/posts/{post.pk}/history").content.decode()
    assert "+dog" in page
    assert "Undo" not in page
    signed_in(client, make_user("third"))
    page = client.get(f"/posts/{post.pk}/history").content.decode()
    assert "Undo version 2" in page
    client.post(f"/posts/{post.pk}/history/2", {"act": "undo"})
    assert now_of(post) == {"cat"}
    client.post(f"/posts/{post.pk}/history/2", {"act": "revert"})
    assert now_of(post) == {"cat", "dog"}
    assert client.post(f"/posts/{post.pk}/history/2", {"act": "burn"}).status_code == 400
    assert "third" in client.get("/posts/changes?user=third").content.decode()
    assert client.get("/posts/changes?user=third&before=5").context["newest_url"] == "/posts/changes?user=third"


def test_only_moderators_are_offered_to_take_everything_back(client):
    vandal = make_user("vandal")
    post = plain_post("cat")
    edit_tags(vandal, post, new="spam")
    signed_in(client, make_user())
    assert "Take back" not in client.get("/posts/changes?user=vandal").content.decode()
    assert client.post("/users/vandal/undo", {"hours": "24"}).status_code == 403
    assert now_of(post) == {"spam"}
    client.logout()
    signed_in(client, make_user(role="moderator"))
    assert "Take back the edits of vandal" in client.get("/posts/changes?user=vandal").content.decode()
    answer = client.post("/users/vandal/undo", {"hours": "24"}, follow=True).content.decode()
    assert "Edits of 1 post are taken back." in answer
    assert now_of(post) == {"cat"}


def test_the_history_of_a_tag_is_shown_and_can_go_back(client):
    post = plain_post("mika")
    apply_script(make_user("other"), post, "artist:mika")
    signed_in(client, make_user())
    page = client.get("/tags/_history", {"name": "mika"}).content.decode()
    assert "other" in page
    client.post("/tags/_revert", {"name": "mika", "number": "1"})
    post.refresh_from_db()
    assert (post.artist_tags, post.general_tags) == (0, 1)
    assert Tag.objects.get(name="mika").versions.count() == 3
    plain_post("secret", rating="q")
    assert client.get("/tags/_history", {"name": "secret"}).status_code == 404


def test_a_bad_number_in_an_address_is_no_error(client):
    post = plain_post("cat")
    for query in ("before=x", "before=-1", f"before={2**70}", "user=%00", "added=%F0%9F%90%88", "removed=*"):
        assert client.get(f"/posts/changes?{query}").status_code == 200
        assert client.get(f"/posts/{post.pk}/history?{query}").status_code == 200


def test_removing_and_withdrawing_write_no_version():
    post = plain_post("cat")
    posts.withdraw(post.author, post)
    assert post.versions.count() == 1


def test_a_refused_edit_leaves_no_version():
    post = plain_post("cat")
    with pytest.raises(UserFacingError):
        edit_tags(make_user(), post, new="dog pool:3")
    assert post.versions.count() == 1
