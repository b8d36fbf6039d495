"""Whatever stands in a file, no reader raises, and what it returns fits into a row."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.provenance.readers import READERS, Blocks, declared_source, gather, read
from gallery.provenance.readers.exif_texts import comment_text
from tests.gallery.provenance.readers import files, graphs
from tests.gallery.provenance.readers.samples import SAMPLES
from tests.gallery.provenance.readers.samples_fooocus_swarmui import FOOOCUS, SWARM
from tests.gallery.provenance.readers.samples_novelai_invokeai import INVOKE, INVOKE_2, NOVELAI, NOVELAI_COMMENT
from tests.gallery.provenance.readers.samples_others import DRAW_THINGS, EASY
from tests.gallery.provenance.readers.test_hostile import bounded

KEYWORDS = (
    "parameters",
    "prompt",
    "workflow",
    "Comment",
    "Description",
    "Software",
    "Source",
    "Title",
    "invokeai_metadata",
    "sd-metadata",
    "Dream",
    "fooocus_scheme",
    "AIGC",
    "use_stable_diffusion_model",
    "negative_prompt",
)
TAGS = ("UserComment", "ImageDescription", "Make", "Model", "Software", "MakerNote", "XPComment")
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["1", "euler"])
)
LINKS = st.tuples(st.sampled_from("3456"), st.integers(0, 1)).map(list)
VALUES = st.recursive(
    LEAVES | LINKS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = (
    graphs.simple(),
    graphs.hires(),
    graphs.flux(),
    graphs.editor(),
    graphs.editor_with_subgraph(),
    graphs.editor_with_group(),
    FOOOCUS,
    INVOKE,
    INVOKE_2,
    NOVELAI,
    NOVELAI_COMMENT,
    SWARM,
    DRAW_THINGS,
    EASY,
)


@st.composite
def damaged(draw):
    """A real object of one of the formats with a few of its parts replaced by anything."""
    whole = json.loads(json.dumps(draw(st.sampled_from(OBJECTS))))
    for _ in range(draw(st.integers(1, 4))):
        place = whole
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or draw(st.integers(0, 3)) == 0:
                place[key] = draw(VALUES)
                break
            place = place[key]
    return json.dumps(whole)


TOKENS = st.lists(
    st.sampled_from(
        [
            "Steps: ",
            "20",
            ", ",
            ":",
            "\n",
            "Negative prompt: ",
            "Sampler: ",
            "Seed: ",
            "Size: ",
            '"',
            "\\",
            "[",
            "{",
            "}",
            "]",
            "Version: ",
            "Irodori",
            "ComfyUI",
            "<lora:",
            ">",
            "Lora hashes: ",
            "Hashes: ",
            "Civitai resources: ",
            "a",
            " ",
            "夜",
            "\0",
            "--v ",
            "Job ID: ",
        ]
    )
    | st.text(max_size=5),
    max_size=40,
).map("".join)
TEXTS = damaged() | TOKENS | VALUES.map(json.dumps) | st.text(max_size=200)
PACKETS = st.builds(
    files.described,
    st.sampled_from(
        ["dc:description", "exif:UserComment", "xmp:CreatorTool", "TC260:AIGC", "Iptc4xmpExt:DigitalSourceType"]
    ).flatmap(
        lambda name: (TEXTS | st.just("Draw Things")).map(
            lambda text: f"<{name}>{text.replace('&', '').replace('<', '')}</{name}>"
        )
    ),
) | st.text(max_size=100)
BLOCKS = st.builds(
    Blocks,
    texts=st.lists(st.tuples(st.sampled_from(KEYWORDS), TEXTS), max_size=4).map(tuple),
    exif=st.dictionaries(st.sampled_from(TAGS), TEXTS | TEXTS.map("prompt:{}".format), max_size=3),
    xmp=st.just("") | PACKETS,
    caption=st.just("") | TEXTS,
    comments=st.lists(TEXTS, max_size=2).map(tuple),
    stealth=st.just("") | TEXTS,
)


@pytest.mark.parametrize("reader", READERS, ids=[reader.__module__.rpartition(".")[2] for reader in READERS])
@settings(max_examples=150, deadline=None)
@given(blocks=BLOCKS)
def test_a_reader_takes_anything(reader, blocks):
    assert bounded(reader(blocks))


@settings(max_examples=300, deadline=None)
@given(BLOCKS)
def test_blocks_are_read_and_kept_whatever_they_hold(blocks):
    assert bounded(read(blocks))
    declared_source(blocks)
    assert Blocks.from_dict(json.loads(json.dumps(blocks.to_dict()))).texts is not None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_file_with_wrong_bytes_is_gathered_or_nothing(sample, data):
    whole = bytearray(sample.build())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    blocks = gather(files.picture("RGBA"), bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    assert bounded(read(blocks))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"UNICODE\0", b"ASCII\0\0\0", b"JIS\0\0\0\0\0", b"\0" * 8, b""]), st.binary(max_size=60))
def test_any_bytes_are_a_comment(name, body):
    comment_text(name + body).encode("utf-8")
