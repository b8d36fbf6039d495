"""The hash is the published one, and says of copies that they are copies."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from gallery.pictures.pdq import LEAST_QUALITY, MATCH_BITS, distance, pdq
from tests.gallery.drawn import MADE_OF_IT, scene

# Made by facebook/ThreatExchange's own code (pdqhash 0.2.8): number and size of the picture, hash, quality.
GOLDEN = [
    (1, 640, 832, "b8e131b37170aa34f1bb54e369d9ebb0d92b464922cc8b9845d366cfbb149926", 100),
    (2, 512, 512, "2941c8a9573b652b54ac975293d34e3eee48d8e15326ee0ca4c13172ee9eb99b", 100),
    (3, 64, 64, "741c89090c919dadce5930a6b0ca36e69c531e86795bcbc90eb1d9dde3e16f2a", 100),
    (4, 40, 300, "789e244e0dd9264b0761389c380e0fe18d63b89ee666b99ec6638fe1f89ef20e", 34),
    (5, 1280, 720, "62ac76519aee3447ea38d659ac865d719aab849e6b2399c9e6434939a5252eda", 66),
    (6, 2500, 1100, "ad420c0713cc2f41d1ee2a872741842f4ab16b571569ba9d4f4379cf78af735c", 78),
    (7, 100, 90, "a26d199b720e6cc333311d464c4ef93b22f19dc8372ea936c6695733a666b634", 100),
    (8, 3100, 2100, "933ada96cc9aa36cb748459cf3cc3372d3e3999335e7c6641cc31398c3b3d140", 68),
]
# Of the first of these, by the same code: as it is, turned by 90°, 180°, 270°, upside down, mirrored, and mirrored on
# the two diagonals.
EVERY_WAY = [
    "b8e131b37170aa34f1bb54e369d9ebb0d92b464922cc8b9845d366cfbb149926",
    "1193d0337b26137c9393fbb311769464cf3c5993fd8184e508f4efd84c8d3133",
    "edb49b192425029ea4eeffc97c8c411a8e7eeee3f79921321086cc65fe41338c",
    "44c67a99ae73b9d4c6c6511944233ece9a69f339a8d42e4f5da1457219d89b99",
    "38e1ce4c717055cb71bbab1c69d1144fd92bb9b622cc746745d39930ab1466d9",
    "4db464e62425ff6124ee01b63c84bee58c7e131c7799decd1086339aee41cc73",
    "99932fccfb26ec839393044c11766b9bcf3ca66cfd817b1a0af410274c8dcecc",
    "cce68766ae73462bc6c6aee654e3c5319e690cc6a8d4d1b05fa1ba8d19d86466",
]
# The standard allows 31 between two makers of the same hash; ours adds up in another order, no more.
TOLERANCE = 4
# What is done to a picture, and the most bits that it may cost. Those past a match are no copies to the hash.
AT_MOST = {
    "jpeg 40": 10,
    "webp 50": 10,
    "half the size": 16,
    "preview of 360": 12,
    "preview of 180": 45,
    "brighter by 20 %": 26,
    "darker by 30 %": 8,
    "more contrast": 22,
    "grey": 2,
    "blurred": 12,
    "noisy": 10,
    "cropped by 1 %": 30,
}
NO_MATCH = ["cropped by 5 %", "framed"]
OTHERWISE_LAID = {"mirrored": 10, "turned by 90 degrees": 10}


@pytest.mark.parametrize(("number", "width", "height", "reference", "quality"), GOLDEN)
def test_it_is_the_hash_that_others_make(number, width, height, reference, quality):
    ours = pdq(scene(number, width, height))
    assert distance(ours.bits, int(reference, 16)) <= TOLERANCE
    assert abs(ours.quality - quality) <= 1
    assert len(ours.hex) == 64
    assert int(ours.hex, 16) == ours.bits


def test_the_other_seven_ways_are_the_references_too():
    ours = pdq(scene(1)).every_way
    nearest = [min(range(8), key=lambda way: distance(ours[way], int(other, 16))) for other in EVERY_WAY]
    assert nearest == [0, 5, 3, 6, 2, 1, 4, 7]
    assert all(distance(ours[way], int(other, 16)) <= TOLERANCE for way, other in zip(nearest, EVERY_WAY, strict=True))


@pytest.mark.parametrize("number", range(1, 9))
def test_what_is_made_of_a_picture_is_known_as_it_or_not_with_a_margin(number):
    picture = scene(number)
    own = pdq(picture)
    far = {name: distance(own.bits, pdq(make(picture)).bits) for name, make in MADE_OF_IT.items()}
    assert {name: far[name] for name in AT_MOST if far[name] > AT_MOST[name]} == {}
    assert {name: far[name] for name in NO_MATCH if far[name] <= MATCH_BITS + 10} == {}
    for name, most in OTHERWISE_LAID.items():
        ways = pdq(MADE_OF_IT[name](picture)).every_way
        assert far[name] > 3 * MATCH_BITS
        assert min(distance(own.bits, way) for way in ways) <= most, name


def test_a_mirrored_picture_is_the_picture_once_mirrored():
    picture = scene(3)
    assert distance(pdq(ImageOps.mirror(picture)).mirrored, pdq(picture).bits) <= 10


def test_different_pictures_are_far_apart_whichever_way_they_lie():
    hashes = [pdq(scene(number, 200, 260)) for number in range(20)]
    nearest = min(
        distance(one.bits, way)
        for place, one in enumerate(hashes)
        for other in hashes[:place]
        for way in other.every_way
    )
    assert nearest > 2 * MATCH_BITS


def test_a_picture_with_nothing_in_it_says_so():
    y, x = np.mgrid[0:128, 0:128]
    slope = Image.fromarray(np.stack([128 + x / 64, 128 + y / 64, 128 + 0 * x], axis=2).astype(np.uint8))
    for image in (Image.new("RGB", (300, 200), "#336699"), slope):
        assert pdq(image).quality < LEAST_QUALITY
        assert not pdq(image).telling
    assert pdq(scene(1)).telling


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (3, 2), (63, 65), (129, 128)])
def test_every_size_has_a_hash(size):
    found = pdq(Image.effect_noise(size, 60).convert("RGB"))
    assert 0 <= found.bits < 2**256
    assert 0 <= found.quality <= 100


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_mode_has_a_hash(mode):
    assert pdq(scene(1, 90, 90).convert("L" if mode == "I;16" else mode).convert(mode)).quality >= 0
