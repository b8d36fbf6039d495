"""Lists as searches name them: with blanks or `_`, and never those that are not for the viewer."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.community import favourite_groups
from gallery.models import Post, User
from gallery.search import search
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db


def found(query: str, viewer: User | AnonymousUser) -> list[int]:
    return [post.pk for post in search(query, viewer).posts]


def filled(owner: User, name: str, **fields: bool) -> tuple[int, Post]:
    author = make_user()
    post = make_post(author, asset=make_asset_row(author))
    group = favourite_groups.create(owner, name, **fields)
    favourite_groups.add_to_group(owner, group.pk, post)
    return group.pk, post


def test_a_list_is_found_with_blanks_or_underscores_in_any_case():
    owner = make_user()
    number, post = filled(owner, "To draw")
    for query in ('favgroup:"to draw"', "favgroup:To_Draw", f"favgroup:{number}", f"ordfavgroup:{number}"):
        assert found(query, AnonymousUser()) == [post.pk]


def test_a_private_list_and_one_of_a_disabled_account_find_nothing_for_others():
    owner, gone = make_user(), make_user()
    private, post = filled(owner, "mine", is_public=False)
    orphan, _post = filled(gone, "theirs")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for query in ("favgroup:mine", f"favgroup:{private}", f"ordfavgroup:{private}", "favgroup:theirs",
                  f"favgroup:{orphan}"):  # fmt: skip
        for viewer in (AnonymousUser(), make_user(), make_user(role="owner")):
            assert found(query, viewer) == []
    assert found("favgroup:mine", owner) == [post.pk]
