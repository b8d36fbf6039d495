"""What is kept of a file's texts: the same claim, and no word of the rest."""

import pytest

from gallery.provenance.readers import Blocks, claims_of, declared_source

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'e:DigitalSourceType="{type}" exif:GPSLatitude="52,31N"/></rdf:RDF></x:xmpmeta>'
)
CLAIMS = {
    "nothing": Blocks(exif={"Make": "Canon", "Artist": "Secret", "UserComment": "Secret"}, caption="Secret"),
    "iptc": Blocks(xmp=PACKET.format(type=IPTC + "digitalCapture"), exif={"Artist": "Secret"}),
    "iptc of a model": Blocks(xmp=PACKET.format(type=IPTC + "trainedAlgorithmicMedia"), comments=("Secret",)),
    "tc260": Blocks(texts=(("AIGC", '{"Label": "1", "ContentProducer": "me"}'), ("Author", "Secret"))),
    "tc260 in a comment": Blocks(exif={"UserComment": '{"AIGC": {"Label": "2", "ProduceID": "Secret"}}'}),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_claim_stays_and_nothing_else_does(name):
    blocks = CLAIMS[name]
    kept = claims_of(blocks)
    assert declared_source(kept) == declared_source(blocks)
    assert (declared_source(kept) is None) == (name == "nothing")
    assert "Secret" not in str(kept)
    assert "52,31" not in str(kept)
    assert declared_source(Blocks.from_dict(kept.to_dict())) == declared_source(blocks)
