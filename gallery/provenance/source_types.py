"""IPTC's words for where a picture comes from, and which of them fits a label of ours.

Values: the IPTC NewsCodes scheme "Digital Source Type", http://cv.iptc.org/newscodes/digitalsourcetype/.
"""

_SCHEME = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED_ALGORITHMIC_MEDIA = _SCHEME + "trainedAlgorithmicMedia"
COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA = _SCHEME + "compositeWithTrainedAlgorithmicMedia"
DIGITAL_CREATION = _SCHEME + "digitalCreation"

# What a model had a part in: only of these is told which model it was, and how.
MADE_WITH_AI = frozenset({TRAINED_ALGORITHMIC_MEDIA, COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA})

# "Assisted" has no word of its own there. "Composite with trained algorithmic media" covers what generative AI edited,
# however little; every other word denies that it did.
_OF_LEVEL = {
    "generated": TRAINED_ALGORITHMIC_MEDIA,
    "composite": COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
    "assisted": COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
    "human": DIGITAL_CREATION,
}


def source_type_of(level: str, *, composite: bool = False) -> str:
    """IPTC's address of a label; empty where nobody knows. `composite`: drawn over what may be human work."""
    if level == "generated" and composite:
        return COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    return _OF_LEVEL.get(level, "")
