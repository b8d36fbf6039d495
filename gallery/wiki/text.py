"""The text of a wiki page as HTML, its links into the site resolved."""

from html import unescape

from django.urls import reverse
from django.utils.html import strip_tags

from gallery.links.pages import wiki_url
from gallery.links.searches import posts_url
from gallery.markup import POST, SEARCH, Rendered, linked_titles, render_markdown
from tagging.models import WikiPage
from tagging.names import TagNameError
from tagging.wiki import canonical_title


def render_wiki(body: str) -> Rendered:
    """Links to pages that nobody has written yet carry the class `unwritten`. A link to a post is a link alone: it
    tells nothing of the post, which its own page shows or not."""
    titles = {written: title_of(written) for written in linked_titles(body)}
    there = set(
        WikiPage.objects.filter(title__in=[title for title in titles.values() if title], is_deleted=False).values_list(
            "title", flat=True
        )
    )

    def address(kind: str, target: str) -> tuple[str, str]:
        if kind == POST:
            return reverse("gallery:post", args=[int(target)]), ""
        if kind == SEARCH:
            return posts_url(target), "search-link"
        title = titles[target] if target in titles else title_of(target)
        return (wiki_url(title), "" if title in there else "unwritten") if title else ("", "")

    return render_markdown(body, anchors="part", site_links=address)


def excerpt(body: str, longest: int = 280) -> str:
    """The first paragraph of a page as plain text, cut between words."""
    for part in body[: 20 * longest].split("\n\n"):
        html = render_markdown(part, anchors="part", site_links=lambda kind, target: ("", "")).html
        words = " ".join(unescape(strip_tags(html)).split())
        if words and not html.startswith("<h"):
            return words if len(words) <= longest else words[:longest].rsplit(" ", 1)[0] + "…"
    return ""


def title_of(text: str) -> str:
    """The title of the page that somebody means; "" if no page can be called so."""
    try:
        return canonical_title(text)
    except TagNameError:
        return ""
