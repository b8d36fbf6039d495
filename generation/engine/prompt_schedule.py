r"""Prompts that change while a picture is drawn, in the syntax a1111.

    [from:to:when]   `from` up to step `when`, `to` after it; a number with a point is a share of the steps
    [to:when]        nothing, then `to`
    [from::when]     `from`, then nothing
    [a|b|c]          another one at each step, in turn

They nest, and may stand inside weights and hold weights. Anything else in square brackets is left to `prompt_syntax`.
Pure text; time is linear in the length for each step whose text differs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from generation.engine.prompt_syntax import NETWORK, TAG_BRACKET

_SIGN = re.compile(rf"{TAG_BRACKET}|{NETWORK}|\\.|[^\\()\[\]:|<]++|.", re.DOTALL)
_WHEN = re.compile(r"\s*+(\d++(?:\.\d*+)?|\.\d++)\s*+")


@dataclass(slots=True)
class _Edit:
    before: list[object]
    after: list[object]
    when: str


@dataclass(slots=True)
class _Turns:
    options: list[list[object]]


@dataclass(slots=True)
class _Frame:
    """An open bracket: its parts so far, and the signs between them."""

    bracket: str
    parts: list[list[object]] = field(default_factory=lambda: [[]])
    signs: list[str] = field(default_factory=list)


def texts_by_step(text: str, steps: int) -> tuple[tuple[int, str], ...]:
    """Return (step at which it ends, text) in order, the last one ending at `steps`; mostly that is one pair."""
    root, changes = _tree(text)
    if not changes:
        return ((steps, text),)
    runs: list[tuple[int, str]] = []
    for step in range(steps):
        now = _text_at(root, step, steps)
        if runs and runs[-1][1] == now:
            runs[-1] = (step + 1, now)
        else:
            runs.append((step + 1, now))
    return tuple(runs)


def _tree(text: str) -> tuple[list[object], bool]:
    """Return nested lists of text, edits and turns, and whether there is any of the latter two."""
    stack = [_Frame("")]
    squares = 0
    changes = False
    for match in _SIGN.finditer(text):
        sign = match[0]
        top = stack[-1]
        if sign in "([" and len(sign) == 1:
            stack.append(_Frame(sign))
            squares += sign == "["
        elif sign == ")" and top.bracket == "(":
            _close(stack, _literal(stack.pop(), ")"))
        elif sign == "]" and squares:
            while stack[-1].bracket == "(":
                _close(stack, _literal(stack.pop(), ""))
            squares -= 1
            node = _meaning(stack.pop())
            changes = changes or not isinstance(node, list)
            _close(stack, node)
        elif sign in ":|" and top.bracket == "[":
            top.signs.append(sign)
            top.parts.append([])
        else:
            top.parts[-1].append(sign)
    while len(stack) > 1:
        _close(stack, _literal(stack.pop(), ""))
    return stack[0].parts[0], changes


def _close(stack: list[_Frame], node: object) -> None:
    stack[-1].parts[-1].append(node)


def _literal(frame: _Frame, closing: str) -> list[object]:
    """The bracket as it was typed."""
    nodes: list[object] = [frame.bracket, frame.parts[0]]
    for sign, part in zip(frame.signs, frame.parts[1:], strict=True):
        nodes += [sign, part]
    return [*nodes, closing]


def _meaning(frame: _Frame) -> object:
    """What a closed pair of square brackets stands for."""
    if "|" in frame.signs:
        options: list[list[object]] = [[frame.parts[0]]]
        for sign, part in zip(frame.signs, frame.parts[1:], strict=True):
            if sign == "|":
                options.append([part])
            else:
                options[-1] += [sign, part]
        return _Turns(options)
    when = _number(frame.parts[-1])
    if len(frame.parts) in (2, 3) and when is not None:
        return _Edit(frame.parts[0] if len(frame.parts) == 3 else [], frame.parts[-2], when)
    return _literal(frame, "]")


def _number(part: Sequence[object]) -> str | None:
    if len(part) == 1 and isinstance(part[0], str) and (match := _WHEN.fullmatch(part[0])):
        return match[1]
    return None


def _text_at(root: list[object], step: int, steps: int) -> str:
    """The text for the step after `step` steps. Not recursive: brackets may nest 50,000 deep."""
    out: list[str] = []
    todo: list[object] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, list):
            todo.extend(reversed(node))
        elif isinstance(node, _Turns):
            todo.append(node.options[step % len(node.options)])
        elif isinstance(node, _Edit):
            whole = float(node.when) * steps if "." in node.when else float(node.when)
            todo.append(node.before if step < int(min(steps, whole)) else node.after)
    return "".join(out)
