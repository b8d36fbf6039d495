"""Every address of the site counts as something, or is said to count as nothing."""

from fnmatch import fnmatchcase

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from gallery.back_office.site import site
from gallery.limits import middleware
from gallery.limits.acts import Act
from gallery.limits.middleware import all_routes, row_of
from gallery.limits.routes import row
from tests.test_permission_matrix import routes

# Those that say so in their row; each has a reason there.
UNCOUNTED = {"health", "robots", "generation:events", "account_logout", "gallery:verify", "gallery:api_verify"}


def test_every_route_has_a_row_and_no_row_is_of_a_route_that_is_gone():
    of_admin = {f"admin:{pattern.name}" for pattern in site.get_urls() if getattr(pattern, "name", None)}
    configured = {name for name, _pattern in routes()} | of_admin
    silent = {name for name in configured if row_of(name) is None}
    assert silent == set(), "addresses that nobody decided about: add rows to the table of their floor"
    gone = {name for name in all_routes() if not any(fnmatchcase(route, name) for route in configured)}
    assert gone == set(), "rows of addresses that are gone"


def test_a_group_holds_for_those_without_a_row_of_their_own(monkeypatch):
    table = {"admin:*": row(Act.MODERATE), "admin:login": row(Act.SIGN_IN), "other": row(Act.FILE)}
    monkeypatch.setattr(middleware, "all_routes", lambda: table)
    middleware._groups.cache_clear()
    try:
        names = ("admin:index", "admin:login", "other", "others")
        assert [found and found.safe.act for found in map(row_of, names)] == ["moderate", "sign_in", "file", None]
    finally:
        middleware._groups.cache_clear()


def test_no_route_stands_in_two_tables():
    tables = [set(import_string(table)) for table in settings.LIMITED_ROUTES]
    assert sum(map(len, tables)) == len(all_routes())


def test_only_those_count_as_nothing_that_were_meant_to():
    silent = {name for name, row in all_routes().items() if row.safe is None or row.unsafe is None}
    assert silent == UNCOUNTED


@pytest.mark.parametrize("name", ["review_act", "post_moderate", "refusal_rule"])
def test_moderators_work_is_counted_apart(name):
    assert all_routes()[f"gallery:{name}"].unsafe.act == "moderate"
