"""The text that AUTOMATIC1111's web UI invented, taken apart: prompt, negative prompt, a line of settings.

Format: `create_infotext` of stable-diffusion-webui; Civitai's site adds JSON that is not quoted.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from gallery.provenance.readers.text import read_json

_MOST_SETTINGS = 400
_LONGEST_LINE = 1_000_000
_LAST_LINES = 40
_KEY = re.compile(r"[,\s]*([^\W_][\w \-/+.()]{0,80}?)\s*:\s*")
_NEXT = re.compile(r",\s*(?=[^\W_][\w \-/+.()]{0,80}:)")
_END = re.compile(r" *(?:,|$)")
_BEGINNING = re.compile(r"(?:^|(?<=[\s:,]))Steps: ?[0-9]{1,10},")
_NEGATIVE = "Negative prompt:"
_TELLING = frozenset(
    ("steps", "sampler", "cfg scale", "seed", "size", "model", "model hash", "version", "schedule type")
)


@dataclass(frozen=True)
class Infotext:
    """The parts of such a text; `settings` by their keys as written, JSON as values, all else as text."""

    prompt: str = ""
    negative_prompt: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    has_negative: bool = False

    @property
    def is_telling(self) -> bool:
        """Whether the settings are those of a generator: a camera's comment can have colons too."""
        return len(_TELLING & {key.lower() for key in self.settings}) >= 2


def read_infotext(text: str) -> Infotext:
    """Take a text apart; one without settings is a prompt.

    The last line counts as the settings if it holds three of them, as in A1111; else the last line that begins with
    `Steps:`, after which Civitai and extensions write more. So a prompt may speak of steps itself.
    """
    lines = text.replace("\r\n", "\n").strip().split("\n")
    above, line = _split(lines)
    settings = read_settings(line)
    if len(settings) < 3 and not (settings and "Steps" in settings) and "Version" not in settings:
        above, settings = lines, {}
    prompt: list[str] = []
    negative: list[str] | None = None
    for each in above:
        if negative is None and each.lstrip().startswith(_NEGATIVE):
            negative = [each.lstrip().removeprefix(_NEGATIVE).removeprefix(" ")]
        elif negative is None:
            prompt.append(each)
        else:
            negative.append(each)
    if negative is None and above and settings and f" {_NEGATIVE}" in above[-1]:
        # Civitai's generator leaves the line breaks out where the negative prompt is empty.
        before, _mark, after = prompt[-1].rpartition(f" {_NEGATIVE}")
        prompt[-1], negative = before, [after]
    return Infotext(
        "\n".join(prompt).strip(), "\n".join(negative or ()).strip(), settings, has_negative=negative is not None
    )


def _split(lines: list[str]) -> tuple[list[str], str]:
    """The lines above the settings, and the settings in one line."""
    last = len(lines) - 1
    for at in range(last, max(last - _LAST_LINES, -1), -1):
        line = lines[at][:_LONGEST_LINE]
        if line.lstrip().startswith("Steps:") or (at == last and _looks_like_settings(line)):
            return lines[:at], ", ".join([line, *lines[at + 1 :]])
        if at == last and (begin := _BEGINNING.search(line)):
            return [*lines[:at], line[: begin.start()].rstrip()], line[begin.start() :]
    return lines[:last], lines[last][:_LONGEST_LINE]


def _looks_like_settings(line: str) -> bool:
    key = _KEY.match(line)
    if key is None or (key[1].lower() not in _TELLING and _BEGINNING.search(line)):
        return False
    return len(read_settings(line)) >= 3


def read_settings(line: str) -> dict[str, Any]:
    """`Steps: 20, Model: "a, b", Civitai resources: [{"weight": 1}]` as keys and values; JSON is read."""
    settings: dict[str, Any] = {}
    at = 0
    while len(settings) < _MOST_SETTINGS:
        key = _KEY.match(line, at)
        if key is None:
            following = _NEXT.search(line, at)
            if following is None:
                break
            at = following.end()
            continue
        value, at = _value(line, key.end())
        settings[key[1].strip()] = value
    return settings


_decoder = json.JSONDecoder(parse_constant=str)


def _value(line: str, at: int) -> tuple[Any, int]:
    if line[at : at + 1] in ('"', "[", "{"):
        try:
            value, end = _decoder.raw_decode(line, at)
        except (ValueError, RecursionError):
            pass
        else:
            # `"a" and b` isn't a quoted value but one that begins with a quotation mark.
            if _END.match(line, end):
                safe = value if isinstance(value, str) else read_json(line[at:end])
                return safe, end
    following = _NEXT.search(line, at)
    if following is None:
        return line[at:].strip().rstrip(","), len(line)
    return line[at : following.start()].strip(), following.end()
