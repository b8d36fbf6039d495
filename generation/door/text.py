"""The prompts: their length, and the wildcards in them."""

from django.conf import settings
from django.utils.translation import gettext as _

from generation.door.reading import Expanded, Reading
from generation.models.queue import MAX_SEED
from generation.wildcards import WildcardProblem, lists_for, names_in

TEXTS = ("prompt", "negative_prompt")


def read_texts(reading: Reading) -> None:
    """Put both texts, as typed, into the values. Too long ones are refused, never cut."""
    limit = settings.PROMPT_MAX_LENGTH
    for field in TEXTS:
        text = str(reading.wanted.get(field) or "").strip()
        reading.values[field] = text
        if field == "prompt" and not text:
            reading.refuse(field, _("The prompt is empty. Say what the picture should show, such as “1girl, smile”."))
        if len(text) > limit:
            reading.refuse(
                field,
                _("This text has %(length)s characters; the most is %(limit)s.")
                % {"length": len(text), "limit": limit},
            )
        if "\x00" in text:
            reading.refuse(field, _("This text contains a character that can't be stored. Type it again."))


def draw_wildcards(reading: Reading) -> None:
    """Draw the wildcards of every picture. Needs the seed, a random one drawn already, and the count."""
    if reading.refused(*TEXTS, "seed", "count"):
        return
    pictures = [dict[str, str]() for _index in range(reading.values["count"])]
    for field in TEXTS:
        text = reading.values[field]
        if not names_in(text):
            continue
        try:
            lists = lists_for(reading.user, [text])
            for index, drawn in enumerate(pictures):
                drawn[field] = lists.expand(text, (reading.values["seed"] + index) % (MAX_SEED + 1))
        except WildcardProblem as problem:
            reading.refuse(field, str(problem))
    reading.pictures = [Expanded(**drawn) for drawn in pictures]
