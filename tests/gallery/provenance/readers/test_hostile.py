"""Files that mean harm are read to their end in bounded time and room, or not at all; nothing raises."""

import json
import re
import time

import pytest

from gallery.provenance.readers import Blocks, declared_source, read
from gallery.provenance.readers.facts import PROMPT_LIMIT
from gallery.provenance.readers.found import RAW_LIMIT
from gallery.provenance.readers.infotext import read_infotext
from tests.gallery.provenance.readers import graphs
from tests.gallery.provenance.readers.files import described
from tests.gallery.provenance.readers.graphs import node

# Far above what any of these takes; a quadratic reader would need hours.
PATIENCE = 20
MEGABYTE = 1_000_000
# An escaped NUL, not a backslash before the letters of one.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def bounded(found):
    """Whether a row could hold it: valid JSON of bounded size, text that UTF-8 has."""
    if found is None:
        return True
    text = json.dumps(found.to_dict(), allow_nan=False, ensure_ascii=False)
    assert len(text.encode("utf-8")) < 12 * MEGABYTE
    assert not _NUL.search(text)
    assert len(found.generator) <= 40
    assert len(found.version) <= 40
    assert len(found.raw) <= RAW_LIMIT + 1
    assert len(found.recipe.prompt) <= PROMPT_LIMIT + 1
    return True


def of(keyword, text):
    return Blocks(texts=((keyword, text),))


def chain(length):
    """A graph whose latents go through `length` nodes before the sampler."""
    graph = graphs.simple()
    graph["8"]["inputs"]["samples"] = ["x0", 0]
    for place in range(length):
        graph[f"x{place}"] = node("LatentThing", samples=[f"x{place + 1}" if place < length - 1 else "3", 0])
    return graph


def circle():
    graph = graphs.simple(n20=node("LatentThing", samples=["21", 0]), n21=node("LatentThing", samples=["20", 0]))
    graph["8"]["inputs"]["samples"] = ["20", 0]
    return graph


def circles_everywhere():
    graph = graphs.simple(
        n20=node("ConditioningCombine", conditioning_1=["20", 0], conditioning_2=["20", 0]),
        n21=node("Text Concatenate", text_a=["21", 0], text_b=["21", 0]),
    )
    graph["3"]["inputs"] |= {"positive": ["20", 0], "model": ["22", 0], "seed": ["23", 0], "latent_image": ["3", 0]}
    graph["22"] = node("LoraLoader", lora_name="a", model=["22", 0], lora_stack=["22", 0])
    graph["23"] = node("Reroute", value=["23", 0])
    graph["7"]["inputs"]["text"] = ["21", 0]
    return graph


def doubling(depth):
    """Texts joined of two halves that are the same node each: two to the power of `depth` words."""
    graph = graphs.simple()
    graph["6"]["inputs"]["text"] = ["t0", 0]
    for place in range(depth):
        graph[f"t{place}"] = node(
            "StringConcatenate", string_a=[f"t{place + 1}", 0], string_b=[f"t{place + 1}", 0], delimiter=" "
        )
    graph[f"t{depth}"] = node("String Literal", string="word")
    return graph


def web(width):
    """Every node leads to every other."""
    return graphs.simple() | {
        f"w{place}": node("SaveImage", **{f"in{other}": [f"w{other}", 0] for other in range(width)})
        for place in range(width)
    }


def nested(depth):
    return '{"a":' * depth + "1" + "}" * depth


TEXTS = {
    "cycle": ("prompt", lambda: json.dumps(circle())),
    "cycles": ("prompt", lambda: json.dumps(circles_everywhere())),
    "long-chain": ("prompt", lambda: json.dumps(chain(60_000))),
    "many-nodes": (
        "prompt",
        lambda: json.dumps(
            graphs.simple() | {f"n{place}": {"class_type": "N", "inputs": {"t": 1}} for place in range(100_000)}
        ),
    ),
    "many-savers": (
        "prompt",
        lambda: json.dumps(
            graphs.simple()
            | {f"n{place}": {"class_type": "Save", "inputs": {"images": ["8", 0]}} for place in range(100_000)}
        ),
    ),
    "doubling": ("prompt", lambda: json.dumps(doubling(200))),
    "web": ("prompt", lambda: json.dumps(web(400))),
    "deep-json": ("prompt", lambda: nested(MEGABYTE)),
    "deep-but-readable": ("invokeai_metadata", lambda: f'{{"positive_prompt": "a", "more": {nested(500)}}}'),
    "deep-swarm": ("parameters", lambda: f'{{"sui_image_params": {{"prompt": "a", "x": {"[" * 400}{"]" * 400}}}}}'),
    "huge-integer": (
        "invokeai_metadata",
        lambda: f'{{"positive_prompt": "a", "seed": {"9" * 100_000}, "steps": {"9" * 5000}}}',
    ),
    "huge-float": (
        "invokeai_metadata",
        lambda: '{"positive_prompt": "a", "cfg_scale": 1e99999, "steps": NaN, "width": -Infinity}',
    ),
    "surrogates": ("invokeai_metadata", lambda: r'{"positive_prompt": "a\ud800\u0000b", "k\udfff\u0000": "\udc00"}'),
    "wrong-types": (
        "invokeai_metadata",
        lambda: (
            '{"positive_prompt": {"a": 1}, "seed": [], "steps": true, "model": 5, "loras": {"x": 1}, "clip_skip": "x"}'
        ),
    ),
    "many-keys": (
        "invokeai_metadata",
        lambda: json.dumps({"positive_prompt": "a"} | {f"k{place}": "v" * 50 for place in range(100_000)}),
    ),
    "settings": ("parameters", lambda: "a\nSteps: 20, " + "Sampler: a, " * 600_000),
    "colons": ("parameters", lambda: "a\n" + "a:" * 3 * MEGABYTE),
    "commas": ("parameters", lambda: "a\nSteps: 1, " + ", " * 3 * MEGABYTE),
    "brackets": ("parameters", lambda: "a\nSteps: 1, " + "k: [" * MEGABYTE),
    "deep-brackets": ("parameters", lambda: "a\nSteps: 1, k: " + "[" * MEGABYTE),
    "quotes": ("parameters", lambda: "a\nSteps: 1, " + 'k: "\\", ' * 500_000),
    "lines": ("parameters", lambda: "\n" * 6 * MEGABYTE + "Steps: 1, Sampler: a, Seed: 1"),
    "step-lines": ("parameters", lambda: "Steps: 1, Sampler: a, Seed: 1\n" * 200_000),
    "networks": ("parameters", lambda: "<lora:a" * MEGABYTE + "\nSteps: 1, Sampler: a, Seed: 1"),
    "long-prompt": ("parameters", lambda: "word " * MEGABYTE + "\nSteps: 1, Sampler: a, Seed: 1"),
    "dream": ("Dream", lambda: '"' + "[" * 3 * MEGABYTE + '" -s 1 ' + "-s " * MEGABYTE),
    "spaces": ("Description", lambda: " " * 6 * MEGABYTE + "Job ID: x"),
    "flags": ("Description", lambda: "--a " * MEGABYTE),
    "editor-circle": ("workflow", lambda: json.dumps(editor_circle())),
    "subgraph-in-itself": ("workflow", lambda: json.dumps(subgraph_in_itself())),
    "group-in-itself": ("workflow", lambda: json.dumps(group_in_itself())),
    "easy": ("use_stable_diffusion_model", lambda: "x" * 5 * MEGABYTE),
}


def editor_circle():
    graph = graphs.editor()
    graph["nodes"].append(graphs.editor_node(50, "Reroute", [], [("", "*", 90)], [("*", [91])]))
    graph["nodes"].append(graphs.editor_node(51, "Reroute", [], [("", "*", 91)], [("*", [90])]))
    graph["links"] += [[90, 51, 0, 50, 0, "*"], [91, 50, 0, 51, 0, "*"], [10, 50, 0, 7, 0, "*"]]
    return graph


def subgraph_in_itself():
    graph = graphs.editor_with_subgraph()
    inner = graph["definitions"]["subgraphs"][0]
    inner["nodes"] += [graphs.editor_node(100 + place, inner["id"]) for place in range(20)]
    return graph


def group_in_itself():
    graph = graphs.editor_with_group()
    inside = graph["extra"]["groupNodes"]["Draw"]
    inside["nodes"] += [graphs.editor_node(None, "workflow>Draw") for _ in range(20)]
    return graph


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_ends(name):
    keyword, build = TEXTS[name]
    blocks = of(keyword, build())
    begun = time.monotonic()
    assert bounded(read(blocks))
    declared_source(blocks)
    assert time.monotonic() - begun < PATIENCE


@pytest.mark.parametrize("name", ["many-nodes", "many-savers", "web"])
def test_a_large_graph_is_read_all_the_same(name):
    keyword, build = TEXTS[name]
    assert read(of(keyword, build())).recipe.steps == 20


def test_a_circle_below_the_picture_hides_the_sampler_and_no_more():
    found = read(of("prompt", json.dumps(circle())))
    assert (found.generator, found.recipe.steps) == ("ComfyUI", None)


def test_doubled_texts_are_cut():
    prompt = read(of("prompt", json.dumps(doubling(200)))).recipe.prompt
    assert len(prompt) <= PROMPT_LIMIT + 1


def test_a_long_chain_is_followed_to_its_sampler():
    assert read(of("prompt", json.dumps(chain(5_000)))).recipe.steps == 20


def test_what_is_too_large_is_told_beside_what_is_not():
    _keyword, build = TEXTS["huge-integer"]
    found = read(of("invokeai_metadata", build()))
    assert (found.recipe.prompt, found.recipe.seed, found.recipe.steps) == ("a", None, None)
    assert found.rest["seed"] == "9" * 40 + "…"


def test_surrogates_and_nul_are_taken_out():
    found = read(of("invokeai_metadata", TEXTS["surrogates"][1]()))
    assert found.recipe.prompt == "ab"
    assert found.rest["k"] == ""


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    "packet",
    [
        LAUGHS + described("<dc:description>&i;</dc:description>"),
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + described("<xmp:CreatorTool>Draw Things</xmp:CreatorTool>"),
        described("<xmp:CreatorTool>" + "<a>" * 200_000),
        described("<a>" * 100_000 + "</a>" * 100_000),
        described("<xmp:CreatorTool>Adobe Firefly</xmp:CreatorTool>" * 20_000),
        "<?xml " * 500_000,
        "cv.iptc.org/newscodes/digitalsourcetype/" * 100_000,
        "\ufeff" * MEGABYTE,
        "<" * 3 * MEGABYTE,
    ],
    ids=["laughs", "external", "unclosed", "deep", "repeated", "declarations", "addresses", "marks", "large"],
)
def test_a_hostile_packet_ends(packet):
    blocks = Blocks(xmp=packet)
    begun = time.monotonic()
    assert bounded(read(blocks))
    declared_source(blocks)
    assert time.monotonic() - begun < PATIENCE


def test_entities_are_not_expanded():
    packet = '<!DOCTYPE l [<!ENTITY a "Adobe Firefly">]>' + described("<xmp:CreatorTool>&a;</xmp:CreatorTool>")
    assert read(Blocks(xmp=packet)) is None


def test_many_settings_are_bounded():
    line = "Steps: 1, " + ", ".join(f"Key{place}: {place}" for place in range(5_000))
    assert len(read_infotext(f"a\n{line}").settings) == 400
