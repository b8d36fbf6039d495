"""Claims of origin that a file makes about itself."""

import pytest

from gallery.models.post import AiLevel
from gallery.provenance import xmp_packet
from gallery.provenance.readers import Blocks, declared_source, marks
from gallery.provenance.readers.marks import LEVELS
from tests.factories import make_recipe
from tests.gallery.provenance.readers import files
from tests.gallery.provenance.readers.files import blocks_of, described, png, saved, xmp

ADDRESS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LABEL = (
    '{"Label":"1","ContentProducer":"Maker","ProduceID":"7","ReservedCode1":"","ContentPropagator":"","PropagateID":"",'
    '"ReservedCode2":""}'
)


def of_packet(packet):
    return declared_source(Blocks(xmp=packet))


def test_every_source_type_speaks_for_a_level():
    assert set(LEVELS.values()) <= set(AiLevel.values)


@pytest.mark.parametrize(("word", "level"), sorted(LEVELS.items()))
def test_a_source_type_is_read(word, level):
    mark = of_packet(described(f"<Iptc4xmpExt:DigitalSourceType>{ADDRESS}{word}</Iptc4xmpExt:DigitalSourceType>"))
    assert (mark.standard, mark.value, mark.level) == ("iptc", word, level)


@pytest.mark.parametrize(
    "packet",
    [
        described(f"<Iptc4xmpExt:DigitalSourceType>{ADDRESS}trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
        described(f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{ADDRESS}trainedAlgorithmicMedia"/>'),
        xmp(f'<rdf:Description NAMESPACES Iptc4xmpExt:DigitalSourceType="{ADDRESS}trainedAlgorithmicMedia"/>'),
        described(
            f"<Iptc4xmpExt:DigitalSourceType><rdf:Bag><rdf:li>{ADDRESS}trainedAlgorithmicMedia</rdf:li></rdf:Bag></Iptc4xmpExt:DigitalSourceType>"
        ),
        described(f"<Iptc4xmpExt:DigitalSourceType>{ADDRESS}trainedAlgorithmicMedia")[:-40],
        described("<Iptc4xmpExt:DigitalSourceType>trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
        xmp_packet(make_recipe(), include_prompt=False).decode(),
    ],
    ids=["element", "resource", "attribute", "list", "cut-off", "bare-word", "ours"],
)
def test_a_source_type_is_read_in_every_form(packet):
    assert of_packet(packet).level == "generated"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_source_type_is_found_in_every_container(kind):
    packet = xmp_packet(make_recipe(composite=True), include_prompt=False).decode()
    data = png(xmp=packet) if kind == "PNG" else saved(kind, xmp=packet)
    assert declared_source(blocks_of(data)).level == "composite"


@pytest.mark.parametrize(
    "blocks",
    [
        lambda: Blocks(xmp=described(f"<TC260:AIGC>{LABEL}</TC260:AIGC>")),
        lambda: Blocks(xmp=xmp(f"<rdf:Description rdf:about='' NAMESPACES TC260:AIGC='{LABEL}'/>")),
        lambda: blocks_of(png({"AIGC": LABEL})),
        lambda: blocks_of(saved("JPEG", exif=files.exif(files.unicode_comment(f'{{"AIGC": {LABEL}}}')))),
    ],
    ids=["element", "attribute", "png-text", "exif"],
)
def test_chinas_label_is_read_wherever_it_stands(blocks):
    mark = declared_source(blocks())
    assert (mark.standard, mark.value, mark.level, mark.producer) == ("tc260", "1", "generated", "Maker")


@pytest.mark.parametrize(("said", "level"), [("2", "unknown"), ("3", "unknown")])
def test_a_suspicion_is_no_claim_of_generation(said, level):
    assert of_packet(described(f"<TC260:AIGC>{LABEL.replace('1', said, 1)}</TC260:AIGC>")).level == level


def test_pages_take_no_graph_apart_to_find_chinas_label_in_it(monkeypatch):
    read = []
    monkeypatch.setattr(marks, "read_object", lambda text: read.append(len(text)))
    declared_source(Blocks(exif={"UserComment": '{"AIGC": {}, "a": [' + "[]," * 2_000_000 + "1]}"}))
    declared_source(Blocks(exif={"UserComment": f'{{"AIGC": {LABEL}}}'}))
    assert max(read) < 100_000
    assert [each for each in read if each], "a label is read"


def test_of_two_claims_the_one_of_more_ai_counts():
    packet = described(
        f"<Iptc4xmpExt:DigitalSourceType>{ADDRESS}digitalCapture</Iptc4xmpExt:DigitalSourceType><TC260:AIGC>{LABEL}</TC260:AIGC>"
    )
    assert of_packet(packet).standard == "tc260"


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "not xml",
        described("<dc:format>image/png</dc:format>"),
        described("<Iptc4xmpExt:DigitalSourceType>madeUpWord</Iptc4xmpExt:DigitalSourceType>"),
        described('<TC260:AIGC>{"Label":"1"}</TC260:AIGC>'),
        described("<TC260:AIGC>[1]</TC260:AIGC>"),
    ],
    ids=["nothing", "text", "others", "unknown-word", "label-alone", "no-object"],
)
def test_other_packets_claim_nothing(packet):
    assert of_packet(packet) is None
