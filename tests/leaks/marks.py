"""Marks: words and numbers that belong to one thing, and nothing else on the site, and that can be told apart again.

`zq` + four letters for the thing + two for the part (`zqbcdbti`: the title of thing 12). Numbers of posts begin with
731 and have 13 digits, seeds are 2718200000 and following: no date, size or count looks like either.
"""

import re
from dataclasses import dataclass

LETTERS = "bcdfghjkmn"
FIRST_POST, APART = 7_310_000_000_000, 1_000_003
FIRST_SEED = 2_718_200_000
MOST_THINGS = 64
"""As many as there are colours for their pictures; numbers above are of what does not exist."""

PARTS = {
    "ti": "title",
    "co": "commentary",
    "ta": "tag",
    "so": "source",
    "au": "author",
    "pr": "prompt",
    "ne": "negative prompt",
    "ol": "older prompt",
    "lo": "LoRA",
    "sd": "seed",
    "no": "number",
    "ky": "key of the picture",
    "fi": "name of the file",
    "sh": "a sharp file's address",
    "bl": "the blurred file's address",
    "dg": "digest",
    "px": "sharp pixels",
    "vo": "what somebody reported",
    "st": "a moderator's reason",
    "ap": "an appeal",
    "la": "a dispute of the label",
    "ra": "a dispute of the rating",
    "cm": "a comment",
}
PROMPT = frozenset({"pr", "ne", "ol", "lo", "sd"})
SHARP = frozenset({"sh", "px"})

WRITTEN = b"|".join(part.encode() for part in PARTS)
WORD = re.compile(rb"zq([" + LETTERS.encode() + rb"]{4})(" + WRITTEN + rb")", re.IGNORECASE)
NUMBER = re.compile(rb"(?<![0-9])731[0-9]{10}(?![0-9])")
GROUPED = re.compile(rb"(?<![0-9])7[,. \xa0]?310(?:[,. \xa0]?[0-9]{3}){3}(?![0-9])")
SEED = re.compile(rb"(?<![0-9])27182[0-9]{5}(?![0-9])")
DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
FILE = re.compile(rb"zq([" + LETTERS.encode() + rb"]{4})ky[A-Za-z0-9_-]*/([a-z0-9]+)\.(?:png|jpg|webp|avif)")


@dataclass(frozen=True, order=True)
class Mark:
    """A part of a thing, by the thing's index."""

    thing: int
    part: str

    def __str__(self) -> str:
        return f"{PARTS[self.part]} of thing {self.thing}"


def code(index: int) -> str:
    """Four letters, different for each index below 10,000."""
    return "".join(LETTERS[int(digit)] for digit in f"{index:04d}")


def word(index: int, part: str) -> str:
    """The word that is this part of the thing."""
    return f"zq{code(index)}{part}"


def number(index: int) -> int:
    """The primary key of the thing."""
    return FIRST_POST + index * APART


def seed(index: int) -> int:
    """The seed of its recipe."""
    return FIRST_SEED + index


def marks_in(text: bytes, digests: dict[bytes, int]) -> set[Mark]:
    """All marks in a text; `digests` say of which thing the SHA-256 in hexadecimals are."""
    words = ((index_of(letters), part.decode().lower()) for letters, part in WORD.findall(text))
    # Thousands of compressed files hold such letters by chance, but hardly those of a thing.
    found = {Mark(index, part) for index, part in words if 0 < index < MOST_THINGS}
    for letters, variant in FILE.findall(text):
        found.add(Mark(index_of(letters), "bl" if variant == b"b360" else "sh"))
    for digits in (*NUMBER.findall(text), *GROUPED.findall(text)):
        index, rest = divmod(int(re.sub(rb"[^0-9]", b"", digits)) - FIRST_POST, APART)
        if rest == 0:
            found.add(Mark(index, "no"))
    found.update(Mark(int(digits) - FIRST_SEED, "sd") for digits in SEED.findall(text))
    found.update(Mark(digests[digest], "dg") for digest in DIGEST.findall(text) if digest in digests)
    return found


def index_of(letters: bytes) -> int:
    """The thing that four letters stand for."""
    return int("".join(str(LETTERS.index(letter)) for letter in letters.decode().lower()))
