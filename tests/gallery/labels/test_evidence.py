"""What a label rests on: the strongest evidence, and what an author may say over it."""

import pytest

from gallery.labels.evidence import BY_SHARE, Mark, declarable, label_from, level_of_source_type
from gallery.models.post import AiEvidence, AiLevel

G, C, A, H, U = AiLevel.GENERATED, AiLevel.COMPOSITE, AiLevel.ASSISTED, AiLevel.HUMAN, AiLevel.UNKNOWN
JOB, SIGNED, WRITTEN, SAID, DECIDED, NOTHING = AiEvidence


def mark(text):
    evidence, level = text.split(":")
    return Mark(AiEvidence(evidence), AiLevel(level))


@pytest.mark.parametrize(
    ("found", "declared", "level", "evidence"),
    [
        ("", None, U, NOTHING),
        ("", H, H, SAID),
        ("", G, G, SAID),
        ("", U, U, SAID),
        ("metadata:generated", None, G, WRITTEN),
        ("metadata:generated", H, G, WRITTEN),
        ("metadata:human", G, H, WRITTEN),
        ("c2pa:composite metadata:generated", H, C, SIGNED),
        ("metadata:generated c2pa:human", None, H, SIGNED),
        ("metadata:human metadata:generated", None, G, WRITTEN),
        ("site_job:composite c2pa:human metadata:generated", H, C, JOB),
        ("c2pa:assisted c2pa:unknown", None, U, SIGNED),
    ],
)
def test_the_strongest_evidence_wins_and_of_two_as_strong_the_one_that_says_more(found, declared, level, evidence):
    assert label_from([mark(text) for text in found.split()], declared) == (level, evidence)


@pytest.mark.parametrize("text", ["declared:human", "moderator:human", "none:unknown", "site_job:human"])
def test_no_file_bears_a_mark_that_is_somebodys_word(text):
    with pytest.raises(ValueError, match=r"found with a picture|drawn here"):
        label_from([mark(text)])


@pytest.mark.parametrize(
    ("ground", "levels"),
    [
        (None, "human assisted unknown composite generated"),
        ((G, JOB), ""),
        ((C, JOB), ""),
        ((G, SIGNED), "generated"),
        ((C, WRITTEN), "composite generated"),
        ((U, DECIDED), "unknown composite generated"),
        ((A, DECIDED), "assisted unknown composite generated"),
        ((H, WRITTEN), "human assisted unknown composite generated"),
    ],
)
def test_an_author_can_say_more_than_the_evidence_never_less(ground, levels):
    assert set(declarable(ground)) == {AiLevel(word) for word in levels.split()}


def test_every_level_has_its_place_in_the_order():
    assert sorted(BY_SHARE) == sorted(AiLevel)


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", G),
        ("https://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia/", C),
        ("digitalCapture", H),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia", None),
        ("", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_source_type_stands_for_a_level_or_for_nothing(address, level):
    assert level_of_source_type(address) == level
