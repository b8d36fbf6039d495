"""Prompts as tokens, in chunks of as many as a text encoder takes. No torch: the web process may count tokens too.

As A1111 divides them: a chunk holds 75 tokens between a start and an end; what doesn't fit goes to the next one, back
to the last comma if that is within 20 tokens; BREAK ends a chunk early.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from generation.engine.prompt_syntax import Span, Syntax, parse

BACKTRACK = 20
"""How many tokens a chunk may give up so that it ends at a comma."""

_COMMA = ",</w>"


@dataclass(frozen=True, slots=True)
class Learnt:
    """The place of one vector of a textual inversion: the `number`-th of those that `word` stands for."""

    word: str
    number: int


@dataclass(slots=True)
class Chunk:
    """Tokens with their weights, without start, end and padding."""

    tokens: list[int | Learnt] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


class TokenChunker:
    """Divides prompts into chunks for one tokenizer of transformers."""

    def __init__(self, tokenizer: Any, max_tokens: int) -> None:
        """`max_tokens`: what the text encoder takes at once, start and end included."""
        self._tokenizer = tokenizer
        self.max_tokens = min(max_tokens, tokenizer.model_max_length)
        self.room = self.max_tokens - 2
        # Not tokenizer.bos_token_id: what counts is what it puts around a text.
        self.start, self.end = tokenizer("").input_ids
        self.padding: int = tokenizer.pad_token_id
        self._comma = tokenizer.get_vocab().get(_COMMA)

    def chunks(self, prompt: Sequence[Sequence[Span]], words: Mapping[str, int] | None = None) -> list[Chunk]:
        """Return at least one chunk; `words` stand for so many vectors each, wherever they stand in the prompt."""
        chunks: list[Chunk] = []
        find = _finder(tuple(sorted(words, key=len, reverse=True))) if words else None
        for part in prompt:
            done = [Chunk()]
            last_comma: int | None = None
            for span in part:
                for tokens in self._pieces(span.text, find, words or {}):
                    last_comma = self._lay(done, tokens, span.weight, last_comma)
            chunks += done
        # A BREAK at the very end begins no chunk: nothing would stand in it.
        if len(chunks) > 1 and not chunks[-1].tokens:
            chunks.pop()
        return chunks

    def ids(self, chunk: Chunk) -> list[int]:
        """Return the chunk's numbers with start, end and padding; the start's stands where learnt vectors belong.

        It is the one number that no encoder looks for when it pools.
        """
        inner = [self.start if isinstance(token, Learnt) else token for token in chunk.tokens]
        ids = [self.start, *inner, self.end]
        return ids + [self.padding] * (self.max_tokens - len(ids))

    def _pieces(
        self, text: str, find: re.Pattern[str] | None, words: Mapping[str, int]
    ) -> Iterator[Sequence[int | Learnt]]:
        """Yield what must not be divided: single tokens, and all vectors of a word."""
        at = 0
        for match in find.finditer(text) if find is not None else ():
            yield from ([number] for number in self._numbers(text[at : match.start()]))
            word = next(known for known in words if known.lower() == match[0].lower())
            yield [Learnt(word, number) for number in range(words[word])]
            at = match.end()
        yield from ([number] for number in self._numbers(text[at:]))

    def _numbers(self, text: str) -> list[int]:
        numbers: list[int] = self._tokenizer(text, add_special_tokens=False, truncation=False, verbose=False).input_ids
        return numbers

    def _lay(
        self, done: list[Chunk], tokens: Sequence[int | Learnt], weight: float, last_comma: int | None
    ) -> int | None:
        """Put `tokens` at the end of the last chunk or into new ones; return where its last comma now is."""
        chunk = done[-1]
        if tokens[0] == self._comma and self._comma is not None:
            last_comma = len(chunk.tokens)
        elif len(chunk.tokens) == self.room and last_comma is not None and self.room - last_comma <= BACKTRACK:
            moved = Chunk(chunk.tokens[last_comma + 1 :], chunk.weights[last_comma + 1 :])
            del chunk.tokens[last_comma + 1 :], chunk.weights[last_comma + 1 :]
            done.append(moved)
            last_comma = None
        for token in tokens:
            whole = len(tokens) if token is tokens[0] and len(tokens) <= self.room else 1
            if len(done[-1].tokens) + whole > self.room:
                done.append(Chunk())
                last_comma = None
            done[-1].tokens.append(token)
            done[-1].weights.append(weight)
        return last_comma


def token_count(text: str, syntax: Syntax, tokenizer: Any, max_tokens: int = 77) -> tuple[int, int]:
    """Return how many tokens a prompt has, and how many fit into the chunks that it takes: 80 of 150."""
    chunker = TokenChunker(tokenizer, max_tokens)
    chunks = chunker.chunks(parse(text, syntax).chunks)
    return sum(len(chunk.tokens) for chunk in chunks), chunker.room * len(chunks)


@lru_cache(maxsize=64)
def _finder(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
