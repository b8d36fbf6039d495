"""The sentences for what goes wrong while drawing."""

import re
from pathlib import Path

import pytest

from generation.engine import errors
from generation.engine.errors import ERROR_CODES
from generation.errors import failure_sentence

VALUES = {"maximum": 10.0, "known": ["Euler"], "mask": [8, 8], "source": [8, 16]}


def test_what_is_not_supported_is_said_in_words() -> None:
    listed = re.search(r"`what` of unsupported: (.*?)\.\n", Path(errors.__file__).read_text("utf-8"))
    assert listed
    for what in listed[1].split(", "):
        sentence = failure_sentence("unsupported", {"what": what, "checkpoint": "flux"})
        assert f"({what})" not in sentence, what
    assert "clip skip" in failure_sentence("unsupported", {"what": "clip_skip", "checkpoint": "flux"})
    assert "(new)" in failure_sentence("unsupported", {"what": "new", "checkpoint": "flux"})
    assert failure_sentence("unsupported", {}) == failure_sentence("nobody knows", {})


@pytest.mark.parametrize("code", [*ERROR_CODES, "source_gone", "source_unreadable"])
def test_every_code_of_the_engine_has_a_sentence_that_its_parameters_fill(code: str) -> None:
    params = {name: VALUES.get(name, f"the {name}") for name in ERROR_CODES.get(code, ())}
    sentence = failure_sentence(code, params)
    assert sentence != failure_sentence("nobody knows", {})
    assert "%(" not in sentence


@pytest.mark.parametrize("code", ["remote_rejected", "remote_failed"])
def test_a_server_that_says_nothing_is_not_quoted(code: str) -> None:
    said = failure_sentence(code, {"status": 500, "answer": "no hats"})
    silent = failure_sentence(code, {"status": 500, "answer": ""})
    assert "“no hats”" in said
    assert "“" not in silent
    assert "%(" not in silent
    assert silent != failure_sentence("nobody knows", {})
