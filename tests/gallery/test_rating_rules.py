"""What the rules make of tags and prompts."""

import pytest

from gallery.rating import RatingReason, suggest_rating
from gallery.ratings import Rating


@pytest.mark.parametrize(
    ("tags", "prompt", "rating", "phrases"),
    [
        ([], "", "g", []),
        (["1girl", "solo"], "1girl, solo, red hair, masterpiece", "g", []),
        (["black_bikini"], "", "s", ["bikini"]),
        ([], "(NUDE:1.3), standing", "q", ["nude"]),
        ([], "spread_legs", "q", ["spread legs"]),
        ([], "Ｎｕｄｅ", "q", ["nude"]),
        (["bikini"], "nude, sex", "e", ["sex", "nude", "bikini"]),
        ([], "全裸の少女、水着", "q", ["全裸", "水着"]),
        ([], "essex sussex, nudelsuppe, brass band, grape, peanut", "g", []),
        ([], "blood moon over the sea", "g", []),
        ([], "blood moon, blood", "s", ["blood"]),
        ([], "summa cum laude", "g", []),
    ],
)
def test_rules(tags, prompt, rating, phrases):
    suggestion = suggest_rating(tags, prompt)
    assert suggestion.rating == rating
    assert [reason.phrase for reason in suggestion.reasons] == phrases


def test_a_reason_names_its_rule_and_rating():
    assert suggest_rating(["panties"], "").reasons == (RatingReason("panties", Rating.SENSITIVE),)


def test_a_megabyte_of_prompt_is_no_trouble():
    assert suggest_rating([], "nude_" * 200_000).rating == Rating.QUESTIONABLE
