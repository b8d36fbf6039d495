"""One spelling for many: what a text says once tricks of writing are taken out of it.

A reading is words of letters and digits with one blank between them, and one at each end. There are three of each
text, for no single one is right about everything: as it is written; and with signs that stand for letters read as
those, where a 1 may be an i or an l. Each costs time in proportion to the text.
"""

import re
import unicodedata

# What is written for letters. Nothing longer than a sign: whoever spells that far out is found by nobody.
_SIGNS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "€": "e"}
_ONES = ("i", "l")
_LIKE_ONE = "1!|¡"
# Letters of other alphabets that look like Latin ones. NFKC leaves them as they are (Unicode TR 39 calls them
# confusable).
_LOOKALIKES = str.maketrans(
    {
        # Cyrillic and its neighbours
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ѕ": "s", "һ": "h", "н": "h", "і": "i", "ј": "j", "к": "k",
        "ӏ": "l", "м": "m", "о": "o", "п": "n", "р": "p", "ԛ": "q", "г": "r", "т": "t", "υ": "u", "х": "x", "у": "y",
        "ѵ": "v", "ԝ": "w", "ո": "n", "օ": "o", "ս": "u", "հ": "h", "զ": "q",
        # Greek
        "α": "a", "β": "b", "γ": "y", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t",
        "χ": "x", "ω": "w", "ϲ": "c", "ϳ": "j",
        # Latin letters of their own
        "ı": "i", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ɪ": "i", "ʟ": "l", "ɴ": "n", "ʀ": "r", "ꜱ": "s", "ʏ": "y", "ᴀ": "a",
        "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ᴋ": "k", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ø": "o", "đ": "d", "ħ": "h",
        "ł": "l", "ŧ": "t", "ƙ": "k", "ɛ": "e",
    }
)  # fmt: skip
# Between the letters of one word; a blank or a comma ends the word.
_JOINERS = re.compile(r"(?<=\w)[-._'’`´*~·・+^\"/\\()\[\]{}<>]+(?=\w)")
_MANY = re.compile(r"(.)\1{2,}")
_JAPANESE = "々〆ぁ-ゖァ-ヺー㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_BORDERS = re.compile(rf"(?<=[{_JAPANESE}])(?=[^{_JAPANESE}\s])|(?<=[^{_JAPANESE}\s])(?=[{_JAPANESE}])")
_BETWEEN_JAPANESE = re.compile(rf"(?<=[{_JAPANESE}]) (?=[{_JAPANESE}])")
_SPELLED_OUT = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){2,}(?!\w)")
_IS_JAPANESE = re.compile(rf"[{_JAPANESE}]")


def readings(text: str) -> tuple[str, ...]:
    """What `text` says, each way of reading it once; the one as it is written first."""
    plain = _letters(text)
    found = [_words(plain)]
    found += [_close(_unleeted(plain, one)) for one in _ONES]
    return tuple(dict.fromkeys(found))


def spelling(text: str) -> str:
    """The first of the readings without the blanks around it: how the words of rules are written."""
    return _words(_letters(text)).strip()


def is_japanese(letter: str) -> bool:
    """Whether this is written without blanks between words."""
    return bool(_IS_JAPANESE.match(letter))


def _letters(text: str) -> str:
    """Compatible forms as one (NFKC), in lower case, without what isn't seen and without marks on Latin letters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(map(_letter, folded)).translate(_LOOKALIKES)


def _letter(letter: str) -> str:
    """The same, or nothing for a sign that no one sees: zero-width, of direction, variants, lone marks."""
    if letter.isascii():
        return letter if letter >= " " else " "
    kind = unicodedata.category(letter)
    # Fillers of Hangul and of musical notes are letters and marks to Unicode, and nothing to the eye.
    if kind in ("Cf", "Mn", "Me", "Cs", "Co") or letter in "ᅟᅠㅤ⠀":
        return ""
    apart = unicodedata.normalize("NFD", letter)
    return apart[0] if len(apart) > 1 and not is_japanese(letter) and not "가" <= letter <= "힣" else letter


def _unleeted(text: str, one: str) -> str:
    """Signs as letters in every word that has a letter: 18 stays a number."""
    table = str.maketrans(_SIGNS | dict.fromkeys(_LIKE_ONE, one))
    return "".join(
        part.translate(table) if any(sign.isalpha() for sign in part) else part
        for part in re.split(r"([\s,;:]+)", text)
    )


def _words(text: str) -> str:
    apart = "".join(sign if sign.isalnum() or sign == "ー" else " " for sign in text)
    return f" {' '.join(_BORDERS.sub(' ', apart).split())} "


def _close(text: str) -> str:
    """Words with spelled out ones in one piece, no letter more than twice in a row, and Japanese without blanks."""
    joined = _SPELLED_OUT.sub(lambda found: found[0].replace(" ", ""), _JOINERS.sub("", text))
    return _MANY.sub(r"\1", _BETWEEN_JAPANESE.sub("", _words(joined)))
