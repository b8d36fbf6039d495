"""What the operator asks of robots, on pages, files and in robots.txt."""

import pytest

from gallery.cards import media_url
from tests.factories import make_post

pytestmark = pytest.mark.django_db


def rules(client):
    """For each robot the paths that it is kept from; robots named together share their rules (RFC 9309)."""
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    found, named, ruled = {}, [], False
    for line in filter(None, answer.content.decode().splitlines()):
        field, _colon, value = (part.strip() for part in line.partition(":"))
        if field == "User-agent":
            named = [value] if ruled else [*named, value]
            ruled = False
            found.setdefault(value, [])
        else:
            ruled = True
            for name in named:
                found[name].append(value)
    return found


@pytest.mark.parametrize(
    ("chosen", "tag", "everybody", "trainers"),
    [
        ("open", None, False, False),
        ("no_ai", "noai, noimageai", False, True),
        ("closed", "noindex, nofollow, noai, noimageai", True, True),
    ],
)
def test_pages_files_answers_and_robots_txt_say_the_same(client, settings, tmp_path, chosen, tag, everybody, trainers):
    settings.MEDIA_ROOT, settings.ROBOTS = tmp_path, chosen
    post = make_post()
    for address in ("/", f"/posts/{post.pk}", "/posts.json", media_url(post.asset, "original", "png"), "/no/such/page"):
        assert client.get(address).headers.get("X-Robots-Tag") == tag
    page = client.get("/").content.decode()
    assert (f'<meta name="robots" content="{tag}">' in page) == bool(tag)
    assert ('name="robots"' in page) == bool(tag)
    told = rules(client)
    assert ("/" in told["*"]) == everybody
    for robot in ("GPTBot", "CCBot", "Google-Extended", "img2dataset"):
        assert ("/" in told.get(robot, told["*"])) == trainers
    assert "/posts" not in told["*"]


def test_the_default_asks_not_to_train_models(settings):
    assert settings.ROBOTS == "no_ai"
