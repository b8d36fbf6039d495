"""Reading a model's card: what Markdown becomes on the page, and what a hostile card can't do."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from generation.card import LONG_TABLE, LONGEST, card_of, read_card
from generation.models import Checkpoint

HARMLESS = {
    "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "hr", "br",
    "div", "table", "thead", "tbody", "tr", "th", "td", "span", "a",
}  # fmt: skip
ATTRIBUTES = {"id", "href", "rel", "scope", "class", "role", "aria-labelledby", "tabindex", "start"}


class Tags(HTMLParser):
    """Collects every element and attribute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_headings_stay_below_the_pages_own() -> None:
    card = read_card("---\nlicense: x\n---\n# Tiny\n\nText.\n\n## Use\n\n### Deep\n\n## *Limits* of `it`\n")
    assert "Tiny" not in card.html
    assert "license" not in card.html
    assert '<h3 id="card-1">Use</h3>' in card.html
    assert '<h4 id="card-2">Deep</h4>' in card.html
    assert [(one.anchor, one.text) for one in card.contents] == [("card-1", "Use"), ("card-3", "Limits of it")]
    several = read_card("# One\n\n# Two\n\n## Three\n\n##### Five")
    assert re.findall(r"<(h\d)", several.html) == ["h3", "h4", "h6"]


def test_figures_are_set_below_each_other_and_words_are_not() -> None:
    card = read_card(
        "## Measured\n\n| tag | drawn | size | goal | note |\n|---|---|---|---|---:|\n"
        "| **smile** | 98% (118/120) | 26 MB | 90%: met | right |\n| `grin` | – | 4.2 | – | <b> |\n"
    )
    assert '<td class="figure">98% <span class="figure__count">(118/120)</span></td>' in card.html
    assert '<td class="figure">–</td>' in card.html
    assert '<td class="figure">26 MB</td>' in card.html
    assert "<td>90%: met</td>" in card.html
    assert '<td class="figure">&lt;b&gt;</td>' in card.html
    assert '<th scope="col" class="figure">drawn</th>' in card.html
    assert '<th scope="col">goal</th>' in card.html
    assert "<td><strong>smile</strong></td>" in card.html
    assert "style=" not in card.html


def test_a_table_scrolls_in_a_box_that_keys_reach_and_its_heading_names() -> None:
    rows = "\n|---|---|\n" + "| a | 1 |\n" * LONG_TABLE
    card = read_card(f"| x | y |{rows}\n\n## Per tag\n\n| x | y |{rows}| a | 2 |\n")
    boxes = [attributes for tag, attributes in Tags(card.html).found if tag == "div"]
    assert [box["aria-labelledby"] for box in boxes] == ["card-heading", "card-1"]
    assert {(box["role"], box["tabindex"]) for box in boxes} == {("group", "0")}
    assert ["table-scroll--long" in str(box["class"]) for box in boxes] == [True, True]
    assert "table-scroll--long" not in read_card("|a|b|\n|-|-|\n|1|2|").html


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&c=2", "http://example.org", "mailto:mira@example.org"])
def test_links_lead_out_without_the_sites_recommendation(address: str) -> None:
    ((_, link),) = [one for one in Tags(read_card(f"[here]({address} 'title')").html).found if one[0] == "a"]
    assert link == {"href": address, "rel": "nofollow noopener"}
    assert "<a " in read_card(f"<{address}>").html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x0A;script:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https:///evil",
        "/accounts/logout/",
        "LICENSE",
        "#card-heading",
        "\\\\evil",
        "",
    ],
)
def test_links_to_anywhere_else_are_plain_text(address: str) -> None:
    for written in (f"[here]({address})", f"[here](<{address}>)", f"[here][1]\n\n[1]: {address}", f"<{address}>"):
        html = read_card(written).html
        assert "<a" not in html
        assert "<script" not in html


def test_pictures_become_their_description() -> None:
    html = read_card("![A *cat*](https://example.org/cat.png) [![badge](https://e.org/b.svg)](https://e.org)").html
    assert "<img" not in html
    assert "A cat" in html
    assert '<a href="https://e.org" rel="nofollow noopener">badge</a>' in html


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<div style='position:fixed'>\n\n# x\n</div>",
    "<!-- --><svg/onload=alert(1)>",
    '```"><script>alert(1)</script>\nx</code><script>\n```',
    '# x" onclick="alert(1)',
    '[a](https://x.org/"onmouseover="alert(1))',
    '![a"><script>alert(1)</script>](x)',
    '| a"> | 1% ("<script>") |\n|:---:|---:|\n| <script> | 1% (<script>) |',
    "|a|\n|-|\n|1|\n" * 3,
    "</section></main><form action=/x>",
    "&lt;script&gt; &#60;script&#62;",
    "5. a\n6. b",
    "\x00\ud800<b>",
    "[a]: javascript:x\n[a]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_brings_no_markup_of_its_own(text: str) -> None:
    for tag, attributes in Tags(read_card(text).html).found:
        assert tag in HARMLESS
        assert set(attributes) <= ATTRIBUTES
        assert not str(attributes.get("href", "https:")).lower().startswith("javascript")


N = 1_000_000
HUGE: dict[str, Callable[[], str]] = {
    "brackets": lambda: "[" * N,
    "pictures": lambda: "![" * N,
    "links": lambda: "[a](" * N,
    "references": lambda: "".join(f"[{number}]: https://x\n" for number in range(N // 10)) + "[1]" * N,
    "quotes": lambda: "> " * N,
    "lists": lambda: "- " * N,
    "ladder": lambda: "\n".join(" " * 2 * depth + "- a" for depth in range(1000)),
    "stars": lambda: "**a_ " * N,
    "ticks": lambda: "".join("`" * number + "a" for number in range(1400)),
    "headings": lambda: "# a\n" * N,
    "columns": lambda: "|" + "a|" * 20_000 + "\n|" + "-|" * 20_000 + "\n" + "|a\n" * 20_000,
    "rows": lambda: "|a|b|\n|-|-|\n" + "|a|1% (2/3)|\n" * N,
    "spaces": lambda: "|a|\n|-|\n|1" + " " * 90_000 + "x|\n|1" + "," * 5_000 + "x|",
    "tags": lambda: "<a" * N,
    "entities": lambda: "&#" * N,
    "front matter": lambda: "---\n" + "a: b\n" * N,
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HUGE)
def test_a_huge_card_is_cut_and_read_to_its_end(name: str) -> None:
    text = HUGE[name]()
    card = read_card(text)
    assert card.cut == (len(text) > LONGEST)
    assert {tag for tag, _ in Tags(card.html).found} <= HARMLESS


def test_an_empty_card_shows_nothing() -> None:
    assert read_card("").html == read_card("# Tiny\n").html == ""


def test_the_card_comes_in_the_readers_language() -> None:
    model = Checkpoint(card="Plain.", card_translations={"ja": "絵。", "pt-br": "Desenho."})
    assert (card_of(model, "ja").html, card_of(model, "ja").language) == ("<p>絵。</p>", "ja")
    assert card_of(model, "ja-JP").language == "ja"
    assert card_of(model, "pt-br").html == "<p>Desenho.</p>"
    for language in ("en", "pt", "", None):
        assert (card_of(model, language).html, card_of(model, language).language) == ("<p>Plain.</p>", "")
