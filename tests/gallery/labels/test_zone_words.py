"""Pages say what a zone leaves out of them, and the switch is on the results of a phone too."""

import pytest
from django.test import Client

from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    author = make_user("painter")
    make_post(author, ai_level="generated", tags=["cat"])
    make_post(author, ai_level="human", ai_evidence="declared", tags=["cat"])
    client.cookies["zone"] = "human"
    return client


def test_the_front_page_says_what_the_zone_leaves_out(reader: Client) -> None:
    page = reader.get("/").content.decode()
    assert "drawn by machines" not in page
    assert "Your zone" in page


def test_a_profile_counts_the_posts_of_the_zone_as_such(reader: Client) -> None:
    assert "1 post in your zone" in reader.get("/users/painter").content.decode()
    reader.cookies["zone"] = "both"
    assert "in your zone" not in reader.get("/users/painter").content.decode()


def test_the_switch_stands_outside_the_sheet_of_tags(reader: Client) -> None:
    before, _sheet, sheet = reader.get("/posts").content.decode().partition('id="tag-sheet"')
    assert sheet
    assert "zone-line" in before
    assert "zone-switch" not in sheet
