"""Training prompts as tables of token numbers: shuffled and thinned for a whole batch at once, on any device."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .tokenizer import MAX_TOKENS
from .vocabulary import TAGS

MOST_TAGS = MAX_TOKENS - 2  # between the tokens for start and end
TAG_DROP = 0.12
EMPTY_PROMPT = 0.1


def tag_table(tags: Sequence[Sequence[str]]) -> torch.Tensor:
    """Token numbers (int16, N x ``MOST_TAGS``) of each picture's tags; 0 where there are no more."""
    known = {tag: number for number, tag in enumerate(TAGS, start=2)}
    table = torch.zeros(len(tags), MOST_TAGS, dtype=torch.int16)
    for row, some in enumerate(tags):
        numbers = [known[tag] for tag in some][:MOST_TAGS]
        table[row, : len(numbers)] = torch.tensor(numbers, dtype=torch.int16)
    return table


def prompts_from(rows: torch.Tensor, drop: float = TAG_DROP, empty: float = EMPTY_PROMPT) -> torch.Tensor:
    """Prompts as a person might type them: tags in any order, some left out, now and then none at all.

    ``rows`` of ``tag_table`` in, token numbers out as the tokenizer would give them (int64, B x ``MAX_TOKENS``): start,
    tags, then end and padding, which are both 0. ``drop`` is the chance to lose a tag, ``empty`` to lose all.
    """
    numbers = rows.long()
    stays = (numbers > 0) & (torch.rand(rows.shape, device=rows.device) >= drop)
    stays &= torch.rand(len(rows), 1, device=rows.device) >= empty
    # Sorting by chance shuffles; what is left out goes behind all that stays.
    order = (torch.rand(rows.shape, device=rows.device) + (~stays).float()).argsort(dim=1)
    shuffled = torch.where(stays, numbers, 0).gather(1, order)
    edge = torch.zeros(len(rows), 1, dtype=torch.int64, device=rows.device)
    return torch.cat([edge + 1, shuffled, edge], dim=1)
