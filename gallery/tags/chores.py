"""What needs a gardener's hand: kinds of posts, tags and relations that somebody should look at.

Every number is of what this viewer may see, or of posts that everybody may see. Each look has a budget; where it does
not suffice, the page says so instead of making its reader wait.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gallery.errors import SearchTimeout
from gallery.links.pages import wiki_url
from gallery.links.searches import posts_url
from gallery.models import BulkUpdateRequest, Post
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.search.budget import time_budget
from gallery.visibility import Viewer, visible_posts
from tagging.models import Category, Tag, TagAlias, TagImplication, WikiPage

BUDGET_MS = 600
CAP = 1000
LISTED = 8
FEW_TAGS = 10

# A misspelling is on few posts, and its right spelling on many more.
RARE, COMMON, TIMES, LIKENESS, LOOKED_AT = 3, 20, 10, 0.55, 80
MISSPELLINGS_SECONDS = 600
NEWEST_POSTS = 2000

_MISSPELLINGS = """
SELECT rare.name, rare.general_count, common.name, common.general_count
FROM (
    SELECT t.name, t.general_count FROM tagging_tag t
    WHERE t.general_count BETWEEN 1 AND %(rare)s AND length(t.name) > 4
      AND NOT EXISTS (SELECT FROM tagging_tagalias a WHERE a.antecedent = t.name)
    ORDER BY t.id DESC LIMIT %(looked_at)s
) rare CROSS JOIN LATERAL (
    SELECT c.name, c.general_count FROM tagging_tag c
    WHERE c.name %% rare.name AND c.name <> rare.name
      AND c.general_count >= greatest(%(common)s, rare.general_count * %(times)s)
    ORDER BY similarity(c.name, rare.name) DESC, c.general_count DESC LIMIT 1
) common
ORDER BY common.general_count DESC, rare.name
"""


@dataclass(frozen=True)
class ChoreLine:
    """One thing to do: where it is, what is known of it, and a page that helps."""

    name: str
    url: str
    note: str = ""
    act: str = ""
    act_url: str = ""


@dataclass(frozen=True)
class Chore:
    """One kind of work. `count` is None where counting took too long; `more` says that there are at least as many."""

    text: str
    count: int | None = 0
    more: bool = False
    url: str = ""
    lines: tuple[ChoreLine, ...] = ()
    title: str = ""


def chores(viewer: Viewer) -> list[Chore]:
    """All kinds of work, those with something to do first."""
    found = [replace(_within_budget(look, viewer), title=str(title)) for title, look in LOOKS]
    return sorted(found, key=lambda chore: chore.count == 0)


def _posts_with_tagme(viewer: Viewer) -> Chore:
    text = _("They have the tag “tagme”.")
    tag = Tag.objects.filter(name="tagme").first()
    if tag is None:
        return Chore(text)
    return _of_posts(text, "tagme", Q(tag_ids__contains=[tag.pk]), viewer)


def _posts_with_few_tags(viewer: Viewer) -> Chore:
    text = _("They have fewer than %(limit)d general tags, so that few searches find them.") % {"limit": FEW_TAGS}
    return _of_posts(text, f"gentags:<{FEW_TAGS}", Q(general_tags__lt=FEW_TAGS), viewer)


def _tags_without_page(viewer: Viewer) -> Chore:
    page = WikiPage.objects.filter(title=OuterRef("name"), is_deleted=False)
    tags = Tag.objects.filter(~Exists(page), category=Category.GENERAL, general_count__gt=0, is_deprecated=False)
    lines = [
        ChoreLine(tag.name, posts_url(tag.name), _posts_of(tag), _("Write it"), wiki_url(tag.name))
        for tag in tags.order_by("-general_count", "name")[:LISTED]
    ]
    text = _("Nobody has written down what these general tags mean. The largest come first.")
    return _of_rows(text, tags, lines)


def _deprecated_on_posts(viewer: Viewer) -> Chore:
    tags = Tag.objects.filter(is_deprecated=True, general_count__gt=0)
    lines = [
        ChoreLine(tag.name, posts_url(tag.name), _posts_of(tag), _("What to use instead"), wiki_url(tag.name))
        for tag in tags.order_by("-general_count", "name")[:LISTED]
    ]
    text = _("Deprecated tags stay on old posts until somebody replaces them.")
    return _of_rows(text, tags, lines)


def _misspellings(viewer: Viewer) -> Chore:
    pairs = cache.get("chores:misspellings")
    if pairs is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(LIKENESS)])
            cursor.execute(_MISSPELLINGS, {"rare": RARE, "common": COMMON, "times": TIMES, "looked_at": LOOKED_AT})
            pairs = cursor.fetchall()
        cache.set("chores:misspellings", pairs, MISSPELLINGS_SECONDS)
    lines = tuple(
        ChoreLine(
            rare,
            posts_url(rare),
            _("perhaps “%(name)s”?") % {"name": common},
            _("Propose"),
            proposal_url(f"rename {rare} -> {common}"),
        )
        for rare, _few, common, _many in pairs[:LISTED]
    )
    text = _("New tags on hardly any post that look much like large ones.")
    return Chore(text, len(pairs), lines=lines)


def _aliases_without_posts(viewer: Viewer) -> Chore:
    aliases = TagAlias.objects.filter(consequent__general_count=0, consequent__in_vocabulary=False)
    lines = [
        ChoreLine(
            f"{alias.antecedent} → {alias.consequent.name}",
            posts_url(alias.consequent.name),
            "",
            _("Propose"),
            proposal_url(f"unalias {alias.antecedent} -> {alias.consequent.name}"),
        )
        for alias in aliases.select_related("consequent").order_by("-pk")[:LISTED]
    ]
    text = _("They lead to tags that are on no post that everybody can see.")
    return _of_rows(text, aliases, lines)


def _missing_consequents(viewer: Viewer) -> Chore:
    newest = Post.objects.filter(visible_posts(viewer)).order_by("-pk").values_list("tag_ids", flat=True)[:NEWEST_POSTS]
    sets = [frozenset(tag_ids) for tag_ids in newest]
    there = frozenset[int]().union(*sets)
    edges = TagImplication.objects.filter(antecedent__in=there).select_related("antecedent", "consequent")
    lines, count = [], 0
    for edge in edges.order_by("-antecedent__general_count", "pk"):
        child, parent = edge.antecedent_id, edge.consequent_id
        missing = sum(child in tag_ids and parent not in tag_ids for tag_ids in sets)
        if missing:
            count += 1
            query = f"{edge.antecedent.name} -{edge.consequent.name}"
            script = f"update {query} -> {edge.consequent.name}"
            note = _number_of_posts(missing)
            name = f"{edge.antecedent.name} ⇒ {edge.consequent.name}"
            lines.append(ChoreLine(name, posts_url(query), note, _("Propose"), proposal_url(script)))
    text = _("Among the newest posts that you can see, some lack a tag that follows from another one.")
    return Chore(text, count, lines=tuple(lines[:LISTED]))


def _open_requests(viewer: Viewer) -> Chore:
    open_ones = BulkUpdateRequest.objects.filter(status=BulkUpdateStatus.PENDING)
    lines = [
        ChoreLine(request.title, reverse("gallery:bulk_update", args=[request.pk]), request.requester.username)
        for request in open_ones.select_related("requester").order_by("pk")[:LISTED]
    ]
    url = f"{reverse('gallery:bulk_updates')}?status={BulkUpdateStatus.PENDING.value}"
    return _of_rows(_("They wait for votes and for a decision."), open_ones, lines, url)


LOOKS: tuple[tuple[Any, Callable[[Viewer], Chore]], ...] = (
    (gettext_lazy("Open bulk updates"), _open_requests),
    (gettext_lazy("Posts that ask for tags"), _posts_with_tagme),
    (gettext_lazy("Posts with few tags"), _posts_with_few_tags),
    (gettext_lazy("Tags without a wiki page"), _tags_without_page),
    (gettext_lazy("Deprecated tags in use"), _deprecated_on_posts),
    (gettext_lazy("Possible misspellings"), _misspellings),
    (gettext_lazy("Implications not carried out"), _missing_consequents),
    (gettext_lazy("Aliases to empty tags"), _aliases_without_posts),
)


def proposal_url(script: str) -> str:
    """The page for a new bulk update with this script in its box."""
    return f"{reverse('gallery:bulk_update_new')}?{urlencode({'script': script})}"


def _within_budget(look: Callable[[Viewer], Chore], viewer: Viewer) -> Chore:
    try:
        with time_budget(BUDGET_MS):
            return look(viewer)
    except SearchTimeout:
        return Chore(_("This takes too long to count right now; look again later."), None)


def _of_posts(text: str, query: str, condition: Q, viewer: Viewer) -> Chore:
    count = Post.objects.filter(visible_posts(viewer), condition).values("pk")[: CAP + 1].count()
    return Chore(text, min(count, CAP), count > CAP, posts_url(query) if count else "")


def _of_rows(text: str, rows: QuerySet[Any], lines: list[ChoreLine], url: str = "") -> Chore:
    count = rows.order_by().values("pk")[: CAP + 1].count()
    return Chore(text, min(count, CAP), count > CAP, url if count else "", tuple(lines))


def _posts_of(tag: Tag) -> str:
    return _number_of_posts(tag.general_count)


def _number_of_posts(number: int) -> str:
    return ngettext("%(number)d post", "%(number)d posts", number) % {"number": number}
