"""What every answer has in common: caches, preferences, error pages."""

import pytest
from django.conf import settings as site_settings
from django.test import Client

from config.database import database_from_url
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/posts", "/about", "/accounts/login/", "/settings", "/nowhere", "/healthz"])
def test_a_page_is_kept_by_nobody_without_asking_again(client: Client, address: str) -> None:
    answers = [client.get(address)]
    make_user("mika")
    client.login(username="mika", password=PASSWORD)
    answers.append(client.get(address))
    for answer in answers:
        said = answer["Cache-Control"]
        assert "private" in said
        assert "no-cache" in said


def test_what_a_view_says_about_caches_stays(client: Client) -> None:
    assert "max-age=60" in client.get("/tags/complete?q=a")["Cache-Control"]


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/posts?tags=sky", "/posts?tags=sky"),
        ("foo", "/"),
        ("gallery:front", "/"),
        ("", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[", "/"),
    ],
)
def test_preferences_lead_back_into_the_site_and_nowhere_else(client: Client, wanted: str, target: str) -> None:
    answer = client.post("/preferences", {"next": wanted, "theme": "dark"})
    assert (answer.status_code, answer["Location"]) == (302, target)
    assert answer.cookies["theme"].value == "dark"


def test_a_request_that_is_none_is_answered_in_the_words_of_the_site(client: Client) -> None:
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "could not be understood" in answer.text
    assert f"{site_settings.SITE_NAME}</title>" in answer.text


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("postgresql://me@host/site", "-c jit=off"),
        ("postgresql://me@host/site?options=-c%20work_mem%3D8MB", "-c jit=off -c work_mem=8MB"),
    ],
)
def test_short_queries_are_not_compiled_on_any_server(url: str, options: str) -> None:
    assert database_from_url(url, pooled=False)["OPTIONS"]["options"] == options
