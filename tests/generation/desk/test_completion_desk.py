"""What the desk's box is completed to: the desk's own language and the viewer's own takes, and nothing of others."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from gallery.models import User
from generation.desk.completion import complete_word
from generation.desk.pages import desk_page
from generation.desk.search import read
from generation.models import Take
from tests.factories import make_take_row, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return make_user()


@pytest.fixture
def takes(mira: User) -> dict[str, Take]:
    made = {
        "sea": make_take_row(mira, "(long hair:1.2), sea", recipe={"sampler": "Euler a", "model_name": "Tiny Anime"}),
        "sky": make_take_row(mira, "long_hair, blue sky or sea", recipe={"loras": [{"name": "Add Detail"}]}),
        "tower": make_take_row(mira, "a very tall longhouse beside the river", recipe={"loras": "none"}),
        "dusk": make_take_row(mira, "夕焼けの海, Pokémon", recipe={"sampler": "DPM++ 2M", "loras": [{"weight": 1}, 7]}),
    }
    make_take_row(mira, "long forgotten", purged_at=timezone.now(), recipe={"sampler": "Heun"})
    make_take_row(make_user(), "long secret", recipe={"sampler": "Euler secret", "model_name": "Secret"})
    return made


def inserted(user: User, typed: str) -> list[str]:
    return [line.insert for line in complete_word(user, typed)]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("lon", ["long_hair", "longhouse"]),
        ("LONG_H", ["long_hair"]),
        ("long ha", ["long_hair"]),
        ("very_ta", ["very_tall"]),
        ("hai", ["long_hair"]),
        ("海", ["夕焼けの海"]),
        ("夕", ["夕焼けの海"]),
        ("pokém", ["pokémon"]),
        ("forg", []),
        ("secr", []),
        ("onghair", []),
        ("lo*", []),
        ("_", []),
        ("\x00", []),
        ("<b>", []),
        ("ster", []),
        ("star", ["stars:"]),
        ("sta", ["status:", "stars:"]),
        ("stars:", []),
        ("is:pi", ["is:pick", "is:picked"]),
        ("is:reject,arch", ["is:reject,archived"]),
        ("fix:ha", ["fix:hand"]),
        ("status:", ["status:active", "status:archived", "status:binned", "status:any"]),
        ("order:mar", ["order:marked"]),
        ("order:stars_", ["order:stars_asc", "order:stars_desc"]),
        ("sampler:eul", ['sampler:"Euler a"']),
        ("sampler:secret", []),
        ("sampler:heu", []),
        ("model:tiny", ["model:tiny", 'model:"Tiny Anime"']),
        ("model:secr", []),
        ("lora:det", ['lora:"Add Detail"']),
        ("lora:", ['lora:"Add Detail"', "lora:any", "lora:none"]),
        ("prompt:lon", ["prompt:long_hair", "prompt:longhouse"]),
        ("prompt:sea,lon", ["prompt:sea,long_hair", "prompt:sea,longhouse"]),
        ('prompt:"lon', ["prompt:long_hair", "prompt:longhouse"]),
        ("rating:", []),
        ("user:", []),
        (f"{'x' * 5000}", []),
    ],
)
def test_a_word_begun_is_completed(mira: User, takes: dict[str, Take], typed: str, lines: list[str]):
    assert inserted(mira, typed) == lines


@pytest.mark.parametrize("typed", ["long", "very", "海", "sampler:", "model:", "lora:", "prompt:blue", "s", "p"])
def test_what_is_offered_finds_takes(mira: User, takes: dict[str, Take], typed: str):
    offered = [line for line in complete_word(mira, typed) if not line.unfinished]
    assert offered
    for line in offered:
        if line.insert != "lora:none":
            assert desk_page(mira, read(line.insert, mira)).count, line.insert


def test_a_word_that_the_language_uses_itself_is_not_offered(mira: User):
    make_take_row(mira, "or, orchid")
    assert inserted(mira, "or") == ["order:", "orchid"]


def test_what_most_takes_have_comes_first(mira: User):
    for prompt in ("sun", "sunset", "sunset, sea", "sunset, sunset"):
        make_take_row(mira, prompt)
    assert inserted(mira, "sun") == ["sunset", "sun"]


def test_the_answer_is_for_its_member_alone(client: Client, mira: User, takes: dict[str, Take]):
    assert client.get("/takes/complete", {"q": "long"}).status_code == 302
    client.force_login(mira)
    answer = client.get("/takes/complete", {"q": "long"})
    assert json.loads(answer.content) == {
        "completions": [
            {"kind": "word", "name": "long_hair", "insert": "long_hair"},
            {"kind": "word", "name": "longhouse", "insert": "longhouse"},
        ],
        "status": "2 suggestions",
    }
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert json.loads(client.get("/takes/complete").content) == {"completions": [], "status": ""}
    assert 'data-complete="/takes/complete"' in client.get("/takes").text
