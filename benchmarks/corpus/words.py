"""Names for hundreds of thousands of tags: the best-known ones as they are, the rest made up."""

from collections.abc import Iterator
from itertools import count, product

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


# Roughly in the order of their shares; whoever reads a query of the benchmark should see what it asks for.
LARGEST_GENERAL = _words("""
1girl solo long_hair breasts looking_at_viewer blush smile short_hair open_mouth bangs blue_eyes multiple_girls
skirt blonde_hair large_breasts brown_hair simple_background shirt hair_ornament hat black_hair thighhighs dress
red_eyes gloves 1boy hair_between_eyes hair_ribbon brown_eyes long_sleeves bow twintails white_background
animal_ears medium_breasts ribbon underwear cleavage green_eyes school_uniform navel bare_shoulders tail jewelry
2girls holding white_shirt sitting very_long_hair purple_eyes boots blue_hair ponytail swimsuit full_body upper_body
collarbone pink_hair jacket standing flower pleated_skirt braid ass wings purple_hair weapon closed_mouth white_hair
yellow_eyes closed_eyes pantyhose hairband earrings hair_bow choker grey_hair small_breasts sword sweatdrop cat_ears
detached_sleeves frills bikini outdoors heart no_humans water japanese_clothes horns silver_hair sky multiple_boys
fang parted_lips belt sleeveless sidelocks shorts glasses socks cowboy_shot pants hood striped indoors armor apron
black_legwear cloud night umbrella scenery food rain
""")
LARGEST_META = _words("""
highres absurdres commentary translated comic animated bad_id monochrome lowres official_art
""")
QUALITIES = _words("""
red blue green black white grey pink purple yellow orange brown silver golden long short wide torn striped frilled
plaid floral checkered open closed large small tiny round wet shiny glowing broken hanging floating wooden metal
glass paper old double single half crossed twisted folded tied loose tight layered high low matching fake winged
horned star heart
""")
THINGS = _words("""
hair eyes dress skirt shirt gloves boots hat ribbon bow flower sky cloud sword shield wings tail ears horns cape
coat scarf jacket sweater socks shoes belt bag ring earrings necklace bracelet mask glasses umbrella lantern candle
book cup bottle cake bread fish bird cat dog fox rabbit wolf dragon horse tree leaf grass river sea beach mountain
house window door stairs bridge street car train ship moon sun star lamp chair table bed pillow curtain mirror clock
key letter
""")
SOUNDS = _words("""
a ka sa ta na ha ma ya ra wa ki shi chi ni hi mi ri ku su tsu nu fu mu yu ru ke se te ne me re ko so to no
""")


def spoken(seed: int) -> Iterator[str]:
    """Endless words of three syllables or more, no two the same."""
    for length in count(3):
        order = np.random.default_rng((seed, length)).permutation(len(SOUNDS) ** length)
        for number in order:
            word, rest = "", int(number)
            for _place in range(length):
                rest, sound = divmod(rest, len(SOUNDS))
                word += SOUNDS[sound]
            yield word


def general_names(seed: int) -> Iterator[str]:
    """The best-known names first, then `red_hair` and the like, then the like of invented things."""
    used = set(LARGEST_GENERAL)
    yield from LARGEST_GENERAL
    pairs = [f"{quality}_{thing}" for quality, thing in product(QUALITIES, THINGS)]
    np.random.default_rng(seed).shuffle(pairs)
    for name in pairs:
        if name not in used:
            yield name
    for word in spoken(seed):
        yield from (f"{quality}_{word}" for quality in QUALITIES[:8])
        yield from (f"{word}_{thing}" for thing in THINGS[:8])
