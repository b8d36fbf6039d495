"""Prompts for text encoders that know no weights."""

from typing import Any

import pytest

from generation.engine.plain_text import plain_text


@pytest.mark.parametrize(
    ("prompt", "syntax", "text"),
    [
        ("a (red:1.3) cat, [blurry]", "a1111", "a red cat, blurry"),
        (r"saber \(fate\) BREAK [a dog:a cat:1]", "a1111", "saber (fate) a cat"),
        ("{a cat}, 1.5::red::, (b)", "novelai", "a cat, red, (b)"),
        ("a (b:1.3)", "plain", "a (b:1.3)"),
        ("", "a1111", ""),
    ],
)
def test_a_plain_text_is_the_words_without_their_weights(prompt: str, syntax: Any, text: str) -> None:
    assert plain_text(prompt, syntax, steps=20) == text
