"""Rules that suggest a rating from a picture's tags and prompt, until a classifier looks at the pixels.

A rule is a phrase of one to three words and the lowest rating that a picture asked for with it can have.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gallery.ratings import Rating, strictest

_PHRASES = {
    Rating.EXPLICIT: """
        sex, sexual intercourse, having sex, vaginal, anal, oral sex, handjob, fellatio, blowjob, deepthroat, paizuri,
        cunnilingus, irrumatio, masturbation, masturbating, fingering, penetration, orgasm, ejaculation, cum, cumshot,
        creampie, bukkake, gangbang, threesome, rape, penis, erection, testicles, pussy, vagina, clitoris, anus, labia,
        pussy juice, dildo, vibrator, futanari, futa, hentai, porn, pornographic, explicit, rating explicit, gore,
        guro, dismemberment, decapitation, disembowelment
    """,
    Rating.QUESTIONABLE: """
        nude, nudity, naked, completely nude, topless, bottomless, nipples, nipple, areolae, areola, bare breasts,
        breasts out, pubic hair, no panties, no bra, undressing, spread legs, cameltoe, nsfw, rating questionable,
        bdsm, bondage, shibari, see through clothes, wardrobe malfunction, ahegao, pasties, nipple slip, severed head,
        corpse
    """,
    Rating.SENSITIVE: """
        underwear, panties, pantyshot, panty shot, bra, lingerie, thong, g string, bikini, swimsuit, micro bikini,
        cleavage, sideboob, underboob, garter belt, garter straps, lewd, erotic, seductive, suggestive, sexy, ecchi,
        bare back, huge breasts, large breasts, wet clothes, blood, bloody, injury,
        rating sensitive, cigarette, smoking, drunk
    """,
}
# Written without spaces, so words cannot be counted there: found anywhere in the text.
_UNSPACED = {
    Rating.EXPLICIT: "セックス, 性交, フェラ, 中出し, 陰茎, 女性器, 自慰, エロ漫画, 春画",
    Rating.QUESTIONABLE: "全裸, 裸, ヌード, 乳首, 緊縛, 半裸",
    Rating.SENSITIVE: "下着, パンツ, 水着, ビキニ, ランジェリー, 谷間, セクシー, 流血, 血まみれ",
}
# Phrases that hold a word of a rule and mean something harmless.
_HARMLESS = frozenset(
    {
        ("nude", "color"), ("nude", "colour"), ("naked", "eye"), ("sex", "pistols"),
        ("blood", "moon"), ("blood", "orange"), ("bikini", "atoll"), ("same", "sex"), ("opposite", "sex"),
        ("magna", "cum"), ("cum", "laude"), ("smoking", "chimney"), ("smoking", "volcano"),
    }
)  # fmt: skip

_LONGEST = 3
_WORD = re.compile(r"[^\W_]+")


def _split(phrases: str) -> Iterator[tuple[str, ...]]:
    return (tuple(_WORD.findall(phrase)) for phrase in phrases.split(","))


_RULES: dict[tuple[str, ...], Rating] = {
    words: rating for rating, phrases in _PHRASES.items() for words in _split(phrases)
}
_UNSPACED_RULES: dict[str, Rating] = {
    phrase.strip(): rating for rating, phrases in _UNSPACED.items() for phrase in phrases.split(",")
}
_UNSPACED_PATTERN = re.compile("|".join(sorted(map(re.escape, _UNSPACED_RULES), key=len, reverse=True)))


@dataclass(frozen=True)
class RatingReason:
    """One rule that fitted: the phrase as the rule has it, and the rating it asks for at least."""

    phrase: str
    rating: Rating


@dataclass(frozen=True)
class RatingSuggestion:
    """The strictest rating that any rule asks for, and the rules that fitted, strictest first."""

    rating: Rating
    reasons: tuple[RatingReason, ...] = ()


def suggest_rating(tags: Iterable[str], prompt: str) -> RatingSuggestion:
    """What the rules make of tags and prompt (not the negative prompt); general where no rule fits.

    Takes time linear in the length of both: each run of up to three words is looked up once.
    """
    found: dict[str, Rating] = {}
    for text in [*tags, prompt]:
        found.update(_phrases_of(unicodedata.normalize("NFKC", text).casefold()))
    reasons = sorted(
        (RatingReason(phrase, rating) for phrase, rating in found.items()),
        key=lambda reason: (-reason.rating.strength, reason.phrase),
    )
    return RatingSuggestion(strictest([reason.rating for reason in reasons]), tuple(reasons))


def _phrases_of(text: str) -> Iterator[tuple[str, Rating]]:
    words = _WORD.findall(text)
    for start in range(len(words)):
        if tuple(words[start : start + 2]) in _HARMLESS or tuple(words[max(0, start - 1) : start + 1]) in _HARMLESS:
            continue
        for length in range(1, _LONGEST + 1):
            phrase = tuple(words[start : start + length])
            if len(phrase) == length and phrase in _RULES:
                yield " ".join(phrase), _RULES[phrase]
    for match in _UNSPACED_PATTERN.finditer(text):
        yield match[0], _UNSPACED_RULES[match[0]]
