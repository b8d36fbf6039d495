"""What a prompt speaks of."""

import pytest

from tagging.edit import ensure_tags
from tagging.models import TagAlias
from tagging.prompt_words import tags_and_words

KNOWN = ["1girl", "red_hair", "hair", "smile", "night_sky", "saber_(fate)", "looking_at_viewer", "black_eyes"]


@pytest.mark.parametrize(
    ("prompt", "tags", "words"),
    [
        ("1girl, red hair, smile", ["1girl", "red_hair", "smile"], []),
        ("1girl red hair smile", ["1girl", "red_hair", "smile"], []),
        ("red_hair, RED HAIR, Red  Hair", ["red_hair"], []),
        ("(red hair:1.3), [smile], {1girl}, ((night sky))", ["red_hair", "smile", "1girl", "night_sky"], []),
        ("1.2::red hair::, -0.5::smile::", ["red_hair", "smile"], []),
        ("1girl BREAK smile\nnight sky", ["1girl", "smile", "night_sky"], []),
        ("1girl, <lora:detail:0.8>, smile", ["1girl", "smile"], []),
        (r"saber \(fate\), smile", ["saber_(fate)", "smile"], []),
        ("saber_(fate)", ["saber_(fate)"], []),
        ("grin", ["smile"], []),
        ("1girl, umbrella, wet street", ["1girl"], ["umbrella", "wet_street"]),
        ("umbrella, Umbrella", [], ["umbrella"]),
        ("girl with red hair looking at viewer", ["red_hair", "looking_at_viewer"], ["girl_with"]),
        ("a girl walks through a very long street at night", [], []),
        ("赤い髪, 1girl", ["1girl"], []),
        ("1girl、smile。night sky", ["1girl", "smile", "night_sky"], []),
        ("12, ???, -", [], []),
        ("rating:explicit", [], []),
        ("", [], []),
    ],
)
@pytest.mark.django_db
def test_known_tags_are_found_and_short_words_are_offered(prompt: str, tags: list[str], words: list[str]) -> None:
    ensure_tags(KNOWN)
    TagAlias.objects.create(antecedent="grin", consequent=ensure_tags(["smile"])[0])
    assert tags_and_words(prompt) == (tags, words)


@pytest.mark.django_db
def test_a_long_prompt_is_two_questions_to_the_database(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(2):
        tags_and_words(", ".join(f"word {number}" for number in range(400)))
