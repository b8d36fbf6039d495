"""The text of a wiki page as HTML, its links into the site resolved."""

from collections.abc import Iterable
from hashlib import sha256
from html import unescape

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.urls import reverse
from django.utils.html import strip_tags

from gallery.links.pages import wiki_url
from gallery.links.searches import posts_url
from gallery.markup import POST, SEARCH, Rendered, linked_titles, render_markdown
from gallery.tags.known import told_to
from tagging.models import Tag, TagAlias, WikiPage
from tagging.names import TagNameError
from tagging.wiki import canonical_title

KEPT_SECONDS = 24 * 3600


def render_wiki(body: str) -> Rendered:
    """Links to pages that nobody has written yet carry the class `unwritten`; those to an old name of a tag lead to
    its page of today. A link to a post is a link alone: it tells nothing of the post, which its own page shows or not.

    The HTML is kept under all that it is made of, the text and where its links lead, so it is never out of date.
    """
    titles = {written: title_of(written) for written in linked_titles(body)}
    there = _written(titles.values())
    newer = _newer_names(set(titles.values()) - there)
    there |= _written(newer.values())
    titles = {written: newer.get(title, title) for written, title in titles.items()}
    made_of = repr((body, sorted(titles.items()), sorted(there)))
    key = f"wiki-html:1:{sha256(made_of.encode('utf-8', 'surrogatepass')).hexdigest()}"
    kept: Rendered | None = cache.get(key)
    if kept is None:
        kept = _rendered(body, titles, there)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _written(titles: Iterable[str]) -> set[str]:
    pages = WikiPage.objects.filter(title__in={title for title in titles if title}, is_deleted=False)
    return set(pages.values_list("title", flat=True))


def _newer_names(titles: set[str]) -> dict[str, str]:
    """From old names to the tags they lead to now, of those that everybody may be told of: the text is one for all."""
    known = Tag.objects.filter(told_to(AnonymousUser()))
    aliases = TagAlias.objects.filter(antecedent__in=titles, consequent__in=known)
    return dict(aliases.values_list("antecedent", "consequent__name"))


def _rendered(body: str, titles: dict[str, str], there: set[str]) -> Rendered:

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
