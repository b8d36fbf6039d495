"""A banned account reads and sees to its own affairs, and changes nothing else: held against every address of the site.

Once at the door, and once with the door taken out, where the functions behind it have to ask themselves.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from gallery.accounts.barring import OPEN, is_open
from gallery.models.review import SiteRule
from gallery.moderation.sanctions import ban
from tests.test_permission_matrix import ROWS, World, ask, browsers, cells, everything_kept, routes, undone, world

__all__ = ["world"]

# Every address of the site for each of them: minutes on a busy machine.
pytestmark = pytest.mark.timeout(1800)

BANNED = ("maker", "other", "moderator", "admin")
# Kept for themselves alone, or taken back: own request withdrawn, drafts, own styles, a link to a filter that leads
# nowhere. The door alone keeps these shut.
NOBODY_ELSES = {
    "gallery_bulkupdaterequest",
    "gallery_uploaddraft",
    "gallery_viewfilter",
    "generation_promptstyle",
}


@pytest.fixture
def banned(world: World) -> World:
    for name in BANNED:
        until = timezone.now() + timedelta(days=3)
        ban(world["owner"], world[name], until=until, rule=SiteRule.SPAM, reason="A flood.")
    return world


def refused_and_kept(world: World, viewer: str) -> tuple[dict[str, str], list[str]]:
    """What each POST of the table that is not open was answered, one after the other, and the tables that changed."""
    client, given = browsers(world, raise_request_exception=False)[viewer], {}
    before = everything_kept()
    with undone(client):
        for row in ROWS:
            if not is_open(row.route):
                given[row.name] = ask(client, "post", row, world)
        changed = sorted(table for table, _digest in set(everything_kept()) - set(before))
    return given, changed


@pytest.mark.parametrize("viewer", BANNED)
def test_the_door_is_shut_to_whoever_is_banned(banned, viewer):
    given, changed = refused_and_kept(banned, viewer)
    assert {name: answer for name, answer in given.items() if answer != "403"} == {}
    assert changed == []


@pytest.mark.parametrize("viewer", ["maker", "moderator"])
def test_the_functions_behind_the_door_refuse_too(banned, viewer, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("bar_the_banned")]
    assert set(refused_and_kept(banned, viewer)[1]) <= NOBODY_ELSES


def test_reading_stays_as_it_was(banned):
    client = browsers(banned)["maker"]
    for row in ROWS:
        if row.route != "generation:events":
            before = cells(row.get)["maker"]
            # Its page is the form alone, which says until when it is closed and why.
            expected = "403" if row.route == "gallery:recipe_edit" and before == "200" else before
            with undone(client):
                assert (row.name, ask(client, "get", row, banned)) == (row.name, expected)


def test_what_is_open_is_there():
    assert OPEN - {name for name, _pattern in routes()} == set()
    assert settings.MIDDLEWARE.index("gallery.accounts.barring.bar_the_banned") > settings.MIDDLEWARE.index(
        "django.contrib.auth.middleware.AuthenticationMiddleware"
    )
