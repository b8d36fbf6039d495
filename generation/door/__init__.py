"""What a request must keep to: each module reads one part of what was asked for and says what is wrong with it.

`text` reads the prompts with their wildcards, `settings` the model, sizes and numbers, `source` the picture to start
from with its mask and margins, `mask` what is left of that mask when it is drawn, `additions` LoRAs, embeddings and
VAE, `second_pass` the hires fix, `words` what the site's rules say to the prompts, `credits` whose recipe and whose
style it uses.
Nothing here writes; `generation.requests` queues what came through.
"""

from collections.abc import Mapping
from typing import Any

from gallery.models import User
from generation.door.additions import read_additions
from generation.door.credits import read_credits
from generation.door.mask import weigh_mask
from generation.door.reading import Expanded, Reading, Use
from generation.door.second_pass import read_second_pass
from generation.door.settings import read_model, read_numbers, read_sampler, read_sizes
from generation.door.source import read_source
from generation.door.text import draw_wildcards, read_texts
from generation.door.words import read_words

__all__ = ["Expanded", "Reading", "Use", "read"]


def read(user: User, wanted: Mapping[str, Any]) -> Reading:
    """Read all of `wanted` (see `generation.requests.submit`); every problem is found, not the first alone."""
    reading = Reading(user, wanted)
    read_texts(reading)
    read_model(reading)
    if reading.checkpoint is None:
        return reading
    read_source(reading)
    read_sizes(reading)
    weigh_mask(reading)
    read_numbers(reading)
    read_sampler(reading)
    read_second_pass(reading)
    draw_wildcards(reading)
    read_additions(reading)
    read_words(reading)
    read_credits(reading)
    return reading
