"""Every address of the site counts as something, or is said to count as nothing."""

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from gallery.limits.middleware import all_routes
from tests.test_permission_matrix import routes

# Those that say so in their row; each has a reason there.
UNCOUNTED = {"health", "robots", "generation:events", "account_logout", "gallery:verify", "gallery:api_verify"}


def test_every_route_has_a_row_and_no_row_is_of_a_route_that_is_gone():
    configured, listed = {name for name, _pattern in routes()}, set(all_routes())
    assert configured - listed == set(), "addresses that nobody decided about: add rows to the table of their floor"
    assert listed - configured == set(), "rows of addresses that are gone"


def test_no_route_stands_in_two_tables():
    tables = [set(import_string(table)) for table in settings.LIMITED_ROUTES]
    assert sum(map(len, tables)) == len(all_routes())


def test_only_those_count_as_nothing_that_were_meant_to():
    silent = {name for name, row in all_routes().items() if row.safe is None or row.unsafe is None}
    assert silent == UNCOUNTED


@pytest.mark.parametrize("name", ["review_act", "post_moderate", "refusal_rule"])
def test_moderators_work_is_counted_apart(name):
    assert all_routes()[f"gallery:{name}"].unsafe.act == "moderate"
