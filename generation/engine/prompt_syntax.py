r"""Prompts as people type them: weights, BREAK, LoRAs. Pure text, no torch: the web process may ask too.

    a1111     (x) is 1.1 times, [x] 1/1.1 times, (x:1.3) as said; \( \) \[ \] \\ are the signs themselves;
              BREAK begins a new chunk; <lora:name:0.8> asks for a LoRA (the first number is for the text encoder and,
              unless a second one follows, for the denoiser; te= and unet= name them; lyco is another word for lora)
    novelai   {x} is 1.05 times, [x] 1/1.05 times, 1.5::x:: as said, also below zero; round brackets are text;
              BREAK and <lora:…> as above
    plain     every sign is text

Nesting multiplies. Brackets that don't match are no error: one that is never closed reaches to the end, a closing one
without an opening one is text, and the two kinds may overlap, all as A1111 reads them. One thing is ours, for tags
as booru users type them: round brackets right after an underscore, `saber_(fate)`, belong to the tag.

Time is linear in the length, whatever the brackets. Prompt editing, `[a:b:0.5]` and `[a|b]`, is `prompt_schedule`'s.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Syntax = Literal["a1111", "novelai", "plain"]

MAX_WEIGHT = 10.0
"""Both ways; what lies beyond is noise with any model."""

_NUMBER = r"(?:\d++(?:\.\d*+)?|\.\d++)"
TAG_BRACKET = r"(?<=_)\([^()\[\]{}<>,:\\]*+\)"
NETWORK = r"<(?:lora|lyco|hypernet):[^<>]*+>"

_A1111 = re.compile(
    rf"""(?P<text>{TAG_BRACKET}) | (?P<network>{NETWORK}) | \\(?P<escaped>[()\[\]\\]?) | (?P<open>[(\[])
    | :\s*+(?P<weight>[+-]?{_NUMBER})\s*+(?P<ends>\)) | (?P<close>[)\]]) | (?P<more>[^\\()\[\]:<]++|.)""",
    re.VERBOSE | re.DOTALL,
)
_NOVELAI = re.compile(
    rf"""(?P<network>{NETWORK}) | \\(?P<escaped>[{{}}\[\]\\:]?) | (?P<open>[{{\[]) | (?P<close>[}}\]])
    | (?<![\w.\\])(?P<number>-?{_NUMBER}):: | (?P<ends>::) | (?P<more>\w++|[^\w\\{{}}\[\]:<.-]++|.)""",
    re.VERBOSE | re.DOTALL,
)
_BREAK = re.compile(r"\bBREAK\b")
_OPENING = {")": "(", "]": "[", "}": "{"}
_STEP = {"(": 1.1, "[": 1 / 1.1, "{": 1.05}
_NOVELAI_STEP = {"[": 1 / 1.05, "{": 1.05}
# Beyond any weight that is allowed, and far from overflow.
_BOUND = 1e30


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, escapes removed, and how strongly it counts: -10 to 10, 1 being as it is."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Network:
    """A LoRA that the prompt asks for. Weights are None where unsaid; `column` is that of its `<`, from 1."""

    name: str
    weight: float | None
    text_weight: float | None
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a prompt that can't be done as written, at `column` (from 1).

    code: weight_out_of_range (it was clamped), bad_network (a <lora:…> without name or with something that is no
    number), hypernetwork (no such thing here). `found` is what stands there, at most 60 characters of it.
    """

    code: Literal["weight_out_of_range", "bad_network", "hypernetwork"]
    column: int
    found: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A parsed prompt: spans in the chunks that BREAK divides (at least one, maybe empty), and what it asks for."""

    chunks: tuple[tuple[Span, ...], ...]
    networks: tuple[Network, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Piece:
    """A piece of the source with the brackets' effects: `weight` is filled in when all of them are known."""

    text: str
    column: int
    weight: float = 1.0


@dataclass(slots=True)
class _Range:
    """Pieces from `start` up to `end` (None: the last one) count `factor` times; `found` as it was typed."""

    start: int
    factor: float
    column: int
    end: int | None = None
    found: str = ""


def parse(text: str, syntax: Syntax) -> Prompt:
    """Parse a prompt. Never raises: what can't be done is among the `problems`, and the rest is read."""
    if syntax == "plain":
        return Prompt(((Span(text),) if text else (),))
    return _Reader().read(text, syntax)


def written(prompt: Prompt, syntax: Syntax) -> str:
    """Write a parsed prompt in `syntax`, so that parsing it gives the same spans (plain: without weights)."""
    if syntax == "plain":
        return " ".join(span.text for chunk in prompt.chunks for span in chunk)
    write = _written_a1111 if syntax == "a1111" else _written_novelai
    chunks = " BREAK ".join("".join(write(chunk)) for chunk in prompt.chunks)
    return chunks + "".join(_written_network(network) for network in prompt.networks)


class _Reader:
    """One reading of one text: pieces, and the ranges that brackets spread over them."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self.breaks: set[int] = set()
        self.networks: list[Network] = []
        self.problems: list[Problem] = []
        self._ranges: dict[str, list[_Range]] = {}
        self._open: dict[str, list[_Range]] = {"(": [], "[": [], "{": []}
        self._numbered: _Range | None = None

    def read(self, text: str, syntax: Syntax) -> Prompt:
        steps = _STEP if syntax == "a1111" else _NOVELAI_STEP
        for match in (_A1111 if syntax == "a1111" else _NOVELAI).finditer(text):
            found, column = match[0], match.start() + 1
            kind = match.lastgroup
            if kind == "network":
                self._network(found, column)
            elif kind == "open":
                self._open[found].append(self._begin(found, steps[found], column))
            elif kind == "close" and self._open[_OPENING[found]]:
                self._open[_OPENING[found]].pop().end = len(self.pieces)
            elif kind == "ends" and syntax == "a1111" and self._open["("]:
                group = self._open["("].pop()
                group.end, group.factor, group.found = len(self.pieces), _bounded(float(match["weight"])), found
                group.column = column
            elif kind == "number":
                self._end_number()
                self._numbered = self._begin("::", _bounded(float(match["number"])), column)
                self._numbered.found = found
            elif kind == "ends" and self._numbered is not None:
                self._end_number()
            else:
                self._text(match["escaped"] if kind == "escaped" else found, column, escaped=kind == "escaped")
        self._weigh()
        return Prompt(self._chunks(), tuple(self.networks), tuple(self.problems))

    def _begin(self, kind: str, factor: float, column: int) -> _Range:
        new = _Range(len(self.pieces), factor, column)
        self._ranges.setdefault(kind, []).append(new)
        return new

    def _end_number(self) -> None:
        if self._numbered is not None:
            self._numbered.end = len(self.pieces)
            self._numbered = None

    def _text(self, text: str, column: int, escaped: bool) -> None:
        parts = [text] if escaped else _BREAK.split(text)
        for index, part in enumerate(parts):
            if index:
                self.breaks.add(len(self.pieces))
                self.pieces.append(_Piece("", column))
            if part:
                self.pieces.append(_Piece(part, column))

    def _network(self, found: str, column: int) -> None:
        kind, *arguments = found[1:-1].split(":")
        network = _read_network(arguments, column)
        if kind == "hypernet":
            self.problems.append(Problem("hypernetwork", column, found[:60]))
        elif network is None:
            self.problems.append(Problem("bad_network", column, found[:60]))
        else:
            self.networks.append(network)
            for weight in (network.weight, network.text_weight):
                if weight is not None and abs(weight) > MAX_WEIGHT:
                    self.problems.append(Problem("weight_out_of_range", column, found[:60]))
                    break

    def _weigh(self) -> None:
        """Multiply the factors of all ranges into the pieces: per kind of bracket, ranges nest."""
        worst: _Range | None = None
        for ranges in self._ranges.values():
            stack: list[tuple[int, float, _Range]] = []
            upcoming = iter(ranges)
            following = next(upcoming, None)
            for index, piece in enumerate(self.pieces):
                while stack and stack[-1][0] <= index:
                    stack.pop()
                while following is not None and following.start <= index:
                    end = len(self.pieces) if following.end is None else following.end
                    if end > index:
                        product = _bounded(following.factor * (stack[-1][1] if stack else 1.0))
                        stack.append((end, product, following))
                    following = next(upcoming, None)
                if stack:
                    piece.weight = _bounded(piece.weight * stack[-1][1])
                    if abs(piece.weight) > MAX_WEIGHT and worst is None:
                        worst = stack[-1][2]
        if worst is not None and any(abs(piece.weight) > MAX_WEIGHT for piece in self.pieces):
            self.problems.append(Problem("weight_out_of_range", worst.column, (worst.found or "(")[:60]))

    def _chunks(self) -> tuple[tuple[Span, ...], ...]:
        chunks: list[list[_Piece]] = [[]]
        for index, piece in enumerate(self.pieces):
            if index in self.breaks:
                chunks.append([])
            else:
                chunks[-1].append(piece)
        last = len(chunks) - 1
        return tuple(
            _spans(chunk, strip_start=number > 0, strip_end=number < last) for number, chunk in enumerate(chunks)
        )


def _spans(pieces: Iterable[_Piece], *, strip_start: bool, strip_end: bool) -> tuple[Span, ...]:
    """Join pieces of equal weight; space beside a BREAK goes."""
    joined: list[tuple[list[str], float]] = []
    for piece in pieces:
        weight = max(-MAX_WEIGHT, min(MAX_WEIGHT, piece.weight))
        if joined and joined[-1][1] == weight:
            joined[-1][0].append(piece.text)
        else:
            joined.append(([piece.text], weight))
    spans = [Span("".join(texts), weight) for texts, weight in joined]
    for wanted, place, strip in ((strip_start, 0, str.lstrip), (strip_end, -1, str.rstrip)):
        _strip(spans, place, strip) if wanted else None
    return tuple(spans)


def _strip(spans: list[Span], place: int, strip: Callable[[str], str]) -> None:
    while spans:
        text = strip(spans[place].text)
        if text:
            spans[place] = Span(text, spans[place].weight)
            return
        spans.pop(place)


def _bounded(number: float) -> float:
    return max(-_BOUND, min(_BOUND, number))


def _read_network(arguments: list[str], column: int) -> Network | None:
    """Read what follows `<lora:`, as A1111 does: name, text encoder's weight, denoiser's weight; or by name."""
    name = arguments[0].strip()
    positional = [argument for argument in arguments[1:] if "=" not in argument]
    named = dict(argument.split("=", 1) for argument in arguments[1:] if "=" in argument)
    if not name or len(positional) > 2 or not named.keys() <= {"te", "unet"}:
        return None
    try:
        numbers = [float(argument) for argument in positional]
        text_weight = float(named["te"]) if "te" in named else (numbers[0] if numbers else None)
        weight = float(named["unet"]) if "unet" in named else (numbers[1] if len(numbers) > 1 else text_weight)
    except ValueError:
        return None
    if not all(number is None or math.isfinite(number) for number in (weight, text_weight)):
        return None
    return Network(name, weight, text_weight, column)


def _plain_number(number: float) -> str:
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


def _guarded(text: str) -> str:
    """Keep words and signs of the syntax from being read as such: a lone backslash means nothing."""
    return _BREAK.sub(r"B\\REAK", re.sub("<(?=lora|lyco|hypernet)", r"<\\", text))


def _written_a1111(spans: Iterable[Span]) -> Iterator[str]:
    for span in spans:
        text = _guarded(re.sub(r"([()\[\]\\])", r"\\\1", span.text))
        yield text if span.weight == 1 else f"({text}:{_plain_number(span.weight)})"


def _written_novelai(spans: Iterable[Span]) -> Iterator[str]:
    ends_open = False
    for span in spans:
        text = _guarded(re.sub(r"([{}\[\]\\:])", r"\\\1", span.text))
        if span.weight == 1:
            yield text
        else:
            # Without the brackets, a digit or a minus before the number would become part of it; without the
            # backslash, a number at the end of the text would be the next weight.
            apart = "{}" if ends_open else ""
            text = re.sub(rf"(?<![\w.\\])({_NUMBER})\Z", r"\\\1", text)
            yield f"{apart}{_plain_number(span.weight)}::{text}::"
        ends_open = span.weight == 1 and (text[-1].isalnum() or text[-1] in "_.-\\")


def _written_network(network: Network) -> str:
    if network.weight is None and network.text_weight is None:
        return f"<lora:{network.name}>"
    numbers = {"te": network.text_weight, "unet": network.weight}
    said = "".join(f":{name}={_plain_number(value)}" for name, value in numbers.items() if value is not None)
    return f"<lora:{network.name}{said}>"
