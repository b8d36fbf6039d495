r"""A prompt as terms of words, each with how strongly it counts. Pure text; nothing of it is lost.

Terms end at commas, at line ends and at BREAK. Words are what stands between spaces; Japanese, which has none, is cut
where its script changes, so that 赤い髪の少女 is 赤 い 髪 の 少女. Brackets, weights and spaces belong to the
word beside them, so that a word is the same word whatever it weighs. How weights are written is
`generation.engine.prompt_syntax`'s; here both ways of writing them are read at once, since a recipe doesn't say which
one it is written in.
"""

import math
import re
from dataclasses import dataclass

from generation.engine.prompt_syntax import NETWORK, TAG_BRACKET

_NUMBER = r"(?:\d++(?:\.\d*+)?|\.\d++)"
_KANJI = r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_HIRAGANA = r"[\u3041-\u309f]"
_KATAKANA = r"[\u30a0-\u30ff\uff66-\uff9f]"
_LATIN = r"(?:(?![\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f])[\w'’.@#&*+~/-])"

_TOKEN = re.compile(
    rf"""(?P<network>{NETWORK})
    | (?P<space>[\s,、，。;|]++)
    | :\s*+(?P<weight>[+-]?{_NUMBER})\s*+(?P<ends>\))
    | (?<![\w.\\])(?P<number>-?{_NUMBER}):: | (?P<number_ends>::)
    | (?P<word>(?:\\[()\[\]{{}}\\:]|{TAG_BRACKET}|{_LATIN})++|{_KANJI}++|{_HIRAGANA}++|{_KATAKANA}++)
    | (?P<open>[(\[{{]) | (?P<close>[)\]}}])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_STEP = {"(": 1.1, "[": 1 / 1.1, "{": 1.05}
_CLOSES = {")": "(", "]": "[", "}": "{"}
_ENDS_TERM = re.compile(r"[,、，。;|\n\r]")
_SMALLEST, _LARGEST = 1e-6, 1e6
_STRONGEST = math.log(_LARGEST)


@dataclass(slots=True)
class Word:
    """`text` is what is compared. `before` and `after` are the signs and spaces around it that belong to it: all words
    of a prompt written one after the other, each with these, are the prompt. `weight`: 1 as it is."""

    text: str
    before: str = ""
    after: str = ""
    weight: float = 1.0
    ends_term: bool = False

    @property
    def raw(self) -> str:
        """As it stands in the prompt."""
        return f"{self.before}{self.text}{self.after}"


def words_of(prompt: str) -> list[Word]:
    """All words, in time linear in the length. A prompt that has none is one word without text."""
    words: list[Word] = []
    steps: list[float] = [0.0]
    """Where the logarithm of the weight changes, by the number of the word that it changes before."""
    open_signs: list[tuple[str, int]] = []
    lead = ""

    def begin(sign: str) -> None:
        nonlocal lead
        open_signs.append((sign, len(words)))
        lead += sign

    def end(kind: str, factor: float) -> None:
        """Close the innermost bracket of that kind, if there is one."""
        for place in range(len(open_signs) - 1, max(-1, len(open_signs) - 64), -1):
            if open_signs[place][0] == kind:
                _kind, start = open_signs.pop(place)
                steps[start] += math.log(factor)
                steps[len(words)] -= math.log(factor)
                return

    def trail(text: str) -> None:
        nonlocal lead
        if lead or not words:
            lead += text
        else:
            words[-1].after += text

    numbers: list[tuple[float, int]] = []
    for match in _TOKEN.finditer(prompt):
        text, kind = match[0], match.lastgroup
        if kind in ("word", "other", "network"):
            words.append(Word(text, before=lead))
            steps.append(0.0)
            lead = ""
            if kind == "network":
                _as_network(words[-1])
            elif text == "BREAK":
                words[-1].ends_term = True
                if len(words) > 1:
                    words[-2].ends_term = True
        elif kind == "space":
            trail(text)
            if words and not lead and _ENDS_TERM.search(text):
                words[-1].ends_term = True
        elif kind == "open":
            begin(text)
        elif kind == "ends":
            end("(", _bounded(float(match["weight"])))
            trail(text)
        elif kind == "close":
            end(_CLOSES[text], _STEP[_CLOSES[text]])
            trail(text)
        elif kind == "number":
            numbers.append((_bounded(float(match["number"])), len(words)))
            lead += text
        else:
            if numbers:
                factor, start = numbers.pop()
                steps[start] += math.log(factor)
                steps[len(words)] -= math.log(factor)
            trail(text)
    if lead:
        if words:
            words[-1].after += lead
        else:
            words.append(Word("", before=lead))
            steps.append(0.0)
    for sign, start in open_signs:  # what nothing closes reaches to the end
        steps[start] += math.log(_STEP[sign])
    for factor, start in numbers:
        steps[start] += math.log(factor)
    total = 0.0
    for word, step in zip(words, steps, strict=False):
        total += step
        word.weight = round(word.weight * math.exp(max(-_STRONGEST, min(_STRONGEST, total))), 3)
    return words


def terms_of(words: list[Word]) -> list[list[Word]]:
    """The words between commas, in order."""
    terms: list[list[Word]] = [[]]
    for word in words:
        terms[-1].append(word)
        if word.ends_term:
            terms.append([])
    return [term for term in terms if term]


def _as_network(word: Word) -> None:
    """`<lora:name:0.8>` is the word `<lora:name>` of weight 0.8."""
    kind, name, *numbers = word.text[1:-1].split(":", 2)
    if not numbers:
        word.text, word.after = f"<{kind}:{name}", ">"
    elif re.fullmatch(rf"\s*-?{_NUMBER}\s*", numbers[0]):
        # What stands between the name and the end is the weight: no sign of it is lost.
        word.text, word.after = f"<{kind}:{name}", f":{numbers[0]}>"
        word.weight = max(-_LARGEST, min(_LARGEST, float(numbers[0])))


def _bounded(factor: float) -> float:
    """A factor that has a logarithm; how strong a word is below zero is its writer's riddle."""
    return min(_LARGEST, max(_SMALLEST, abs(factor)))
