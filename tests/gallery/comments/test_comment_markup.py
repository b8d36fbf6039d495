"""The markup of comments: what it makes, what it leaves as text; of no text comes anything dangerous or slow."""

import re
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.community.comment_markup import POSTS_LINKED, posts_named, render_comment

REL = 'rel="nofollow ugc noopener"'
TAGS = {"a", "blockquote", "br", "code", "em", "p", "pre", "span", "strong"}
ATTRIBUTES = {
    "a": {"href", "rel"},
    "span": {"class", "tabindex", "title"},
    "pre": {"tabindex"},
}


def html(text, seen=()):
    return str(render_comment(text, seen))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>"),
        ("**b** *i* _i_ `c < d`", "<p><strong>b</strong> <em>i</em> <em>i</em> <code>c &lt; d</code></p>"),
        ("long_red_hair and 2 * 3 * 4", "<p>long_red_hair and 2 * 3 * 4</p>"),
        ("> a\n> b\n\nc", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>\n<p>c</p>"),
        ("```\na <b>\n```", '<pre tabindex="0"><code>a &lt;b&gt;\n</code></pre>'),
        ("[w](https://a.example/b?c=d&e)", f'<p><a href="https://a.example/b?c=d&amp;e" {REL}>w</a></p>'),
        ("[w](/posts/12)", f'<p><a href="/posts/12" {REL}>w</a></p>'),
        ("see https://a.example/b.", f'<p>see <a href="https://a.example/b" {REL}>https://a.example/b</a>.</p>'),
        ("(https://a.example/b_(c))", f'<p>(<a href="https://a.example/b_(c)" {REL}>https://a.example/b_(c)</a>)</p>'),
        ("[[long hair]]", f'<p><a href="/wiki/long_hair" {REL}>long hair</a></p>'),
        ("[[long_hair|hair]]", f'<p><a href="/wiki/long_hair" {REL}>hair</a></p>'),
        ("post #12, post #13", f'<p><a href="/posts/12" {REL}>post #12</a>, post #13</p>'),
        ("[post #12](https://a.example/)", f'<p><a href="https://a.example/" {REL}>post #12</a></p>'),
        ("# a\n- b\n1. c\n---\n| d |", "<p># a<br>\n- b<br>\n1. c<br>\n---<br>\n| d |</p>"),
        ("![a](https://a.example/b.png)", f'<p>!<a href="https://a.example/b.png" {REL}>a</a></p>'),
        ("&lt; &amp; &copy;", "<p>&amp;lt; &amp;amp; &amp;copy;</p>"),
        ("\\*a\\*", "<p>*a*</p>"),
        ("a || b", "<p>a || b</p>"),
        ("日本語 **太字** です", "<p>日本語 <strong>太字</strong> です</p>"),
    ],
)  # fmt: skip
def test_what_is_made_of_a_text(text, expected):
    assert html(text, {12}) == expected


def test_a_spoiler_is_covered_and_can_be_reached_by_key():
    covered = '<span class="spoiler" tabindex="0" title="Spoiler"><span class="spoiler__text">{}</span></span>'
    assert html("a ||b **c**|| d") == f"<p>a {covered.format('b <strong>c</strong>')} d</p>"
    assert html("||a|| ||b||") == f"<p>{covered.format('a')} {covered.format('b')}</p>"


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=//evil.example>",
    "<a href='javascript:alert(1)'>x</a>", "<p style='position:fixed'>x", "<!--><script>alert(1)</script>-->",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "[x](file:///etc/passwd)", "[x](//evil.example)",
    "[x](/\\evil.example)", "[x](\\\\evil.example)", "[x](https://a.example/\" onmouseover=\"alert(1))",
    "[x](https://a.example/' onmouseover='alert(1))", "[x](https://a.example/><script>alert(1)</script>)",
    "[<img src=x onerror=alert(1)>](https://a.example/)", "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](https://a.example/x.png)", "https://a.example/\"onmouseover=alert(1)//",
    "https://a.example/<script>alert(1)</script>", "<https://a.example/>", "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]", "[[<script>alert(1)</script>]]", "[[a|<script>alert(1)</script>]]",
    "[[\"onclick=alert(1)]]", "[[../../logout]]", "||<script>alert(1)</script>||", "||[x](javascript:alert(1))||",
    "`<script>alert(1)</script>`", "```\n</code></pre><script>alert(1)</script>\n```", "```\" onload=\"x\ny\n```",
    "post #12<script>", "post #99999999999999999999", "> <script>alert(1)</script>", "**<b onclick=x>**",
    "\u202e\u2066<script>", "<scr\u200bipt>", "\x00<script>", "<a href=\"https://a.example\" target=_blank>x</a>",
    "[x](https://a.example/\u202egnp.exe)", "[x](http:evil)", "[x](https:\\\\evil.example)",
    "[https://good.example](https://evil.example/)",
]  # fmt: skip
BRACKETS = {
    "square": "[", "wiki": "[[", "round": "(", "link": "[a](", "bars": "||", "bar": "|", "stars": "*", "words": "*a_ ",
    "under": "_a_", "ticks": "`", "ticked": "`a", "quotes": "> ", "less": "<", "slashes": "\\", "addresses": "https://",
    "posts": "post #1 ", "spoilers": "||a||", "strong": "**a *b ", "lines": "\n", "fences": "``` \n", "images": "![",
    "nested": "[[a|[", "quoted spoilers": "> ||a\n", "accents": "a\u0301", "bidi": "\u202ea", "marks": "&#x",
}  # fmt: skip


class Reader(HTMLParser):
    """Fails for what may not be there, however it came there."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.problems, self.open = [], []
        self.feed(text)
        self.close()
        self.problems += [f"open: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.problems.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()):
                self.problems.append(f"{tag} {name}")
            if name == "class" and value not in ("spoiler", "spoiler__text"):
                self.problems.append(f"class {value}")
            if name == "href" and not re.match(r"https?://[^/\\]|/[^/\\]", value):
                self.problems.append(f"href {value}")
        if tag == "a" and dict(attrs).get("rel") != "nofollow ugc noopener":
            self.problems.append("a without rel")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"closed: {tag}")

    def handle_comment(self, data):
        self.problems.append("comment")

    def handle_decl(self, decl):
        self.problems.append("declaration")

    def handle_pi(self, data):
        self.problems.append("instruction")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "a {} b", "> {}", "||{}||", "**{}**", "[[{}]]", "[{}](https://a.example/)"])
def test_nothing_dangerous_comes_of_a_hostile_text(text, around):
    assert Reader(html(around.replace("{}", text), {12})).problems == []


def test_the_reader_of_this_test_sees_what_is_dangerous():
    for text in ("<script>", '<a href="javascript:x" rel="nofollow ugc noopener">x</a>', '<p class="x">', "<!-- x -->"):
        assert Reader(text).problems


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("[]()|*_`>#!<\\/&\"'\n abhtps:.;=12"), max_size=120))
def test_nothing_dangerous_comes_of_any_text(text):
    assert Reader(html(text, {1, 12})).problems == []


def steps(text):
    """How many Python calls it takes: a measure that doesn't depend on how busy the machine is."""
    count = 0

    def counted(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        html(text, {1})
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("sign", BRACKETS)
def test_ten_thousand_brackets_take_linear_time(sign):
    once, twice = (steps(BRACKETS[sign] * number) for number in (2500, 5000))
    assert twice <= 2.2 * once + 1000
    assert Reader(html(BRACKETS[sign] * 5000)).problems == []


def test_a_comment_names_so_many_posts_and_no_more():
    assert posts_named(["post #1 and Post #2", "post #99999999999999999"]) == {1, 2, 99999999999999999}
    assert posts_named(["post #999999999999999999999 post #3x repost #4"]) == set()
    assert len(posts_named([" ".join(f"post #{number}" for number in range(1, 500))])) == POSTS_LINKED
