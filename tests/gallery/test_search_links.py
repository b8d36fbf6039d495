"""Links to searches that differ from the one at hand."""

import pytest

from gallery.links.searches import SearchTerms
from tagging.query import parse


@pytest.mark.parametrize(
    ("query", "order", "expected"),
    [
        ("sky order:id", "score", "sky order:score"),
        ("sky order:id", "", "sky"),
        ("sky ordfav:ann", "score", "sky fav:ann order:score"),
        ("sky ordfavgroup:12", "", "sky favgroup:12"),
        ("random:5 sky", "score", "sky order:score"),
        ("sky (ann or -night)", "id", "sky (ann or -night) order:id"),
    ],
)
def test_another_order_replaces_whatever_gave_one(query, order, expected):
    found = SearchTerms.read(query).with_order(order)
    assert found == expected
    parse(found)
