"""No answer of the site, whoever asks however, holds anything of what is hidden from them. The package says how to add
an address."""

from typing import Any

import pytest

from tests.leaks import oracle
from tests.leaks.answers import Answer
from tests.leaks.routes import ROWS, STREAMS
from tests.leaks.things import BY_INDEX, MISSING, THINGS
from tests.leaks.viewers import VIEWERS
from tests.test_permission_matrix import routes

# The second mark makes the database; what is in it is in the transaction around all tests. On a busy machine the one
# that makes the world, or has everything asked, takes minutes.
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(1800)]
KINDS = list(VIEWERS)


def undeclared(names: set[str]) -> set[str]:
    """Addresses of the site that no row asks."""
    return names - {row.route for row in ROWS} - STREAMS


def test_every_address_is_asked() -> None:
    names = {name for name, _pattern in routes()}
    assert undeclared(names) == set(), "addresses that nobody looks for leaks in: add rows to tests/leaks/routes.py"
    assert {row.route for row in ROWS} - names == set(), "rows of addresses that are gone"


def test_an_address_that_is_not_asked_is_found_out() -> None:
    names = {name for name, _pattern in routes()}
    assert undeclared(names | {"gallery:somebodys_new_page"}) == {"gallery:somebodys_new_page"}


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_holds_what_is_hidden(answers: dict[str, list[Answer]], kind: str) -> None:
    viewer = VIEWERS[kind]
    leaks: dict[str, list[str]] = {}
    for answer in answers[kind]:
        told = [
            mark
            for mark in sorted(answer.told)
            if not oracle.may_know(
                viewer, mark, named=mark.thing in answer.named, any_zone=answer.any_zone, work=answer.is_work
            )
        ]
        if told or answer.status >= 500:
            leaks[str(answer)] = [f"{mark} ({BY_INDEX[mark.thing].name})" for mark in told]
    assert leaks == {}


def test_every_address_that_shows_posts_shows_some_to_somebody(answers: dict[str, list[Answer]]) -> None:
    told = {answer.row for kind in KINDS for answer in answers[kind] if answer.told}
    assert [row.route for row in ROWS if row.tells and row not in told] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hidden_answers_as_what_never_was(answers: dict[str, list[Answer]], kind: str) -> None:
    viewer = VIEWERS[kind]
    missing: dict[tuple[Any, str, str], str] = {}
    for answer in answers[kind]:
        if answer.row.like_missing and answer.ask.about is MISSING:
            said = str(answer.status) if answer.row.route in OF_TAGS else answer.shape
            missing[answer.row, answer.ask.method, answer.ask.form] = said
    different = []
    for answer in answers[kind]:
        thing = answer.ask.about
        if not answer.row.like_missing or thing is None or thing is MISSING:
            continue
        if answer.row.route in OF_TAGS:
            if oracle.knows_tag(viewer, thing):
                continue
        elif oracle.reachable(viewer, thing) or oracle.held_back(viewer, thing):
            continue
        # Which names are nearly the typed one differs from name to name.
        said = str(answer.status) if answer.row.route in OF_TAGS else answer.shape
        if said != missing[answer.row, answer.ask.method, answer.ask.form]:
            different.append(f"{answer} ({thing.name})")
    assert different == []


OF_TAGS = {"gallery:tag", "gallery:tag_named", "gallery:tag_history", "gallery:wiki_page"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_seen_is_seen(answers: dict[str, list[Answer]], kind: str) -> None:
    """Who can reach a thing finds it at the addresses that are about it."""
    viewer = VIEWERS[kind]
    seen = {(answer.row.route, answer.ask.about.name) for answer in answers[kind] if answer.ask.about and answer.told}
    for name in ("open", "removed", "prompt on request"):
        for route in ("gallery:post", "gallery:api_post", "gallery:post_history", "gallery:media"):
            assert ((route, name) in seen) == oracle.reachable(viewer, THINGS[name]), (route, name)


@pytest.mark.parametrize("kind", KINDS)
def test_no_shared_cache_keeps_what_not_everybody_gets(answers: dict[str, list[Answer]], kind: str) -> None:
    everybodys = {(answer.row, str(answer.ask)): answer.told for answer in answers["visitor"]}
    wrong = []
    for answer in answers[kind]:
        if "private" in answer.caches or "no-store" in answer.caches:
            continue
        if answer.told - everybodys.get((answer.row, str(answer.ask)), frozenset()):
            wrong.append(f"{answer} {answer.caches!r} {answer.vary!r}")
    assert wrong == []
