"""Posts of what was sent: labelled by evidence, never twice, waiting where somebody has to look."""

import pytest

from gallery.errors import Invalid, UserFacingError
from gallery.models import Post, User
from gallery.moderation import remove
from gallery.provenance import Recipe
from gallery.similar.pairs import open_pairs
from gallery.similar.upkeep import compare_posts
from gallery.uploads import publish_sent
from tests.factories import make_asset, make_image, make_post, make_user
from tests.gallery.uploads.crafted import A1111, png, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> User:
    return make_user("sender")


def publish(author: User, data: bytes | None = None, **fields: object) -> Post:
    whole: dict[str, object] = {"tags": ["1girl"], "rating": "g"}
    return publish_sent(author, sent(author, data or png()), **(whole | fields))  # type: ignore[arg-type]


def test_it_has_what_the_file_says_and_what_its_author_adds(author: User) -> None:
    post = publish(author, png(parameters=A1111), title="Night", source="https://example.org/1", rating="s")
    assert (post.title, post.source, post.rating, post.status) == ("Night", "https://example.org/1", "s", "active")
    assert (post.ai_level, post.ai_evidence) == ("generated", "metadata")
    generation = post.generation
    assert (generation.prompt, generation.seed, generation.raw, generation.source) == ("night sky", 5, A1111, "file")
    assert (post.file_type, post.width) == ("png", 64)


def test_without_evidence_the_author_declares(author: User) -> None:
    assert publish(author).ai_evidence == "none"
    post = publish(author, level="human")
    assert (post.ai_level, post.ai_evidence) == ("human", "declared")
    assert not hasattr(Post.objects.get(pk=post.pk), "generation")


def test_an_author_can_say_more_than_the_file_and_not_less(author: User) -> None:
    more = publish(author, png(source_type="compositeWithTrainedAlgorithmicMedia"), level="generated")
    assert (more.ai_level, more.ai_evidence) == ("generated", "declared")
    data = png(parameters=A1111)
    with pytest.raises(UserFacingError):
        publish(author, data, level="human")
    assert Post.objects.count() == 1
    assert publish(author, data).ai_level == "generated"


def test_a_recipe_from_elsewhere_counts_where_the_file_has_none(author: User) -> None:
    beside = Recipe(prompt="told elsewhere", generator="", version="")
    assert publish(author, recipe=beside).generation.prompt == "told elsewhere"
    assert publish(author, png(parameters=A1111), recipe=beside).generation.prompt == "night sky"


def test_asked_again_it_is_the_same_post(author: User) -> None:
    data = png()
    assert publish(author, data).pk == publish(author, data, title="Other", level="generated").pk
    assert Post.objects.get().title == ""


def test_a_picture_that_is_posted_already_is_not_posted_again(author: User) -> None:
    image = make_image()
    first = make_post(asset=make_asset(image=image))
    with pytest.raises(Invalid) as refusal:
        publish(author, png(image))
    assert (refusal.value.code, refusal.value.params["id"]) == ("already_posted", first.pk)
    assert Post.objects.count() == 1


def test_a_copy_of_one_that_was_taken_down_waits(author: User) -> None:
    image = make_image()
    first = make_post(asset=make_asset(image=image))
    remove(make_user(role="moderator"), first, "Not ours.")
    post = publish(author, png(image))
    assert (post.status, post.author) == ("pending", author)


def test_a_copy_of_one_that_is_filtered_from_its_author_is_as_any_picture_and_a_pair_for_moderators(
    author: User,
) -> None:
    image = make_image()
    first = make_post(asset=make_asset(image=image), rating="e")
    post, other = publish(author, png(image)), publish(author)
    assert (post.status, post.rating) == (other.status, other.rating) == ("active", "g")
    compare_posts()
    (pair,) = open_pairs()
    assert (pair.older_id, pair.newer_id) == (first.pk, post.pk)


def test_what_is_wrong_is_said_and_nothing_is_made(author: User) -> None:
    for wrong in ({"level": "robot"}, {"rating": "x"}, {"source": "a" * 1201}, {"title": "a" * 201}, {"tags": ["__"]}):
        with pytest.raises(Invalid):
            publish(author, **wrong)
    assert not Post.objects.exists()
