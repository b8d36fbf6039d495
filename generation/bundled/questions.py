"""The evaluation's prompts: 3 to 7 tags of drawings that were never rendered, in combinations absent from training."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from . import dataset
from .holdout import held_out_pair
from .measuring import MEASURED, matrix_of
from .probe import PLACE

PROMPT_SEED = 60_000_000  # far from the training's seeds
FEWEST, MOST = 3, 7
SEEDS_EACH = 10_000
TRIES, DRAWINGS = 8, 20  # choices of tags per drawing, and drawings per prompt, before a known combination will do


@dataclass(frozen=True)
class Question:
    """A prompt of the evaluation.

    ``pair`` is the held-out pair of tags that it asks for, if any; ``new`` is whether no training picture shows all its
    tags (always so with a pair, unless an earlier training without that rule showed them).
    """

    tags: tuple[str, ...]
    new: bool
    pair: tuple[str, str] | None = None


def questions(count: int, training: Sequence[Sequence[str]]) -> list[Question]:
    """Prompts of measured tags; the first tag is the subject, and styles come as often as in the training.

    Every second prompt asks for a pair that is held out of training. The others ask for what was asked least so far,
    and for something new where that can be: of landscapes and planets the training has seen all that holds no such
    pair.
    """
    known = matrix_of(training)
    asked: list[Question] = []
    frequency: Counter[str] = Counter()
    for number in range(count):
        question = _with_pair(number, known) if number % 2 == 0 else None
        question = question or _with_rare_tag(number, known, frequency)
        frequency.update(question.tags)
        asked.append(question)
    return asked


def _is_new(tags: Sequence[str], known: np.ndarray) -> bool:
    rows: np.ndarray = known[:, PLACE[tags[0]]]
    for tag in tags[1:]:
        rows = rows & known[:, PLACE[tag]]
    return not rows.any()


def _choose(measured: Sequence[str], must: Sequence[str], rng: random.Random) -> tuple[str, ...]:
    """The subject, what must be asked, and some of the rest, in random order after the subject."""
    fixed = [tag for tag in must if tag != measured[0]]
    wanted = min(len(measured), max(rng.randint(FEWEST, MOST), 1 + len(fixed)))
    rest = [tag for tag in measured[1:] if tag not in fixed]
    chosen = fixed + rng.sample(rest, wanted - 1 - len(fixed))
    rng.shuffle(chosen)
    return (measured[0], *chosen)


def _drawings(number: int) -> Iterator[tuple[str, ...]]:
    """Tags of the drawings for a prompt: all of the first one's style."""
    seeds = range(PROMPT_SEED + number * SEEDS_EACH, PROMPT_SEED + (number + 1) * SEEDS_EACH)
    style = dataset.sample(seeds[0]).style
    return (drawing.tags for drawing in map(dataset.sample, seeds) if drawing.style == style)


def _measured(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(tag for tag in tags if tag in MEASURED)


def _with_pair(number: int, known: np.ndarray) -> Question | None:
    """A new prompt with a held-out pair; None where this style is never drawn with one that is new."""
    rng = random.Random(PROMPT_SEED + number)  # noqa: S311 - a reproducible choice, not a secret
    for tags in _drawings(number):
        pair = held_out_pair(tags)
        for _ in range(TRIES if pair else 0):
            chosen = _choose(_measured(tags), pair or (), rng)
            if _is_new(chosen, known):
                return Question(chosen, True, pair)
    return None


def _with_rare_tag(number: int, known: np.ndarray, frequency: Counter[str]) -> Question:
    """A prompt without a held-out pair, with a tag that was asked seldom so far, and new if some choice of tags is."""
    rng = random.Random(PROMPT_SEED + number)  # noqa: S311 - a reproducible choice, not a secret
    drawings = islice((_measured(tags) for tags in _drawings(number) if not held_out_pair(tags)), DRAWINGS)
    rarest = [(tags, min(tags[1:], key=lambda tag: frequency[tag])) for tags in drawings]
    rarest.sort(key=lambda drawing: frequency[drawing[1]])
    choices = [_choose(tags, (rare,), rng) for tags, rare in rarest for _ in range(TRIES)]
    new = next((chosen for chosen in choices if _is_new(chosen, known)), None)
    return Question(new or choices[0], new is not None)
