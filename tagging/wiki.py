"""Wiki pages: what a tag means, what else it is called, and every state they have been in.

A page is about the tag of its name, whether that exists or not; `help:`, `about:`, `howto:`, `tag_group:` and
`list_of_…` pages speak of more than one tag. Who may do what is decided above (`gallery.wiki.rights`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tagging.models import NAME_LENGTH, OtherName, WikiPage, WikiVersion
from tagging.models.wiki import MAX_BODY, MAX_OTHER_NAMES
from tagging.names import normalise_tag, validate_tag
from tagging.other_names import fold_name

MERGE_WITHIN = timedelta(hours=1)
"""Edits by one person that follow each other this closely are one version."""
NAMESPACES = ("help:", "about:", "howto:", "template:", "api:", "tag_group:", "list_of_")
"""Beginnings of titles that are about the site or about many tags."""
MOST_LINKING = 50


class WikiError(Exception):
    """What cannot be written.

    Codes: text_too_long (length, limit), too_many_names (count, limit), name_too_long (name, limit), page_locked,
    page_deleted, unknown_version (number).
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(f"{code}: {params}")


class WikiConflict(Exception):  # noqa: N818 - the name is read as a sentence
    """Somebody saved the page in the meantime; `page` is as it stands now."""

    def __init__(self, page: WikiPage) -> None:
        self.page = page
        super().__init__(page.title)


@dataclass(frozen=True)
class Written:
    """What somebody wrote: Markdown, and names one below the other as they stand in the box."""

    body: str
    other_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, page: WikiPage) -> Written:
        """What the page holds now."""
        return cls(page.body, tuple(page.other_names.order_by("position").values_list("name", flat=True)))


def canonical_title(text: str) -> str:
    """The title of the page that somebody means. Raises TagNameError if no page can be called so."""
    title = normalise_tag(text)
    validate_tag(title)
    return title


def is_about_a_tag(title: str) -> bool:
    """Whether a tag can be what the page speaks of."""
    return not title.startswith(NAMESPACES)


def read_names(text: str) -> tuple[str, ...]:
    """Other names from a box, one a line. The first of names that fold alike is kept."""
    names: dict[str, str] = {}
    for line in unicodedata.normalize("NFKC", text).splitlines():
        name = " ".join(line.split())
        if name:
            names.setdefault(fold_name(name), name)
    return tuple(names.values())


def state_of(page: WikiPage | None) -> str:
    """What a form keeps to notice later that somebody else saved: number and time of the newest version."""
    version = newest_version(page) if page else None
    return f"{version.number}.{version.at.timestamp():.6f}" if version else ""


def newest_version(page: WikiPage) -> WikiVersion | None:
    """The version that is the page as it is."""
    return page.versions.order_by("-number").first()


def write_page(editor: Any, title: str, written: Written, *, seen: str, over_lock: bool = False) -> WikiPage:
    """Make the page or change it, and keep the state as a version.

    `seen` is `state_of` the page when the editor began. `over_lock` lets moderators write to locked and deleted pages.
    An edit that changes nothing makes no version. Raises TagNameError, WikiError, and WikiConflict if somebody else
    saved since `seen`.
    """
    title = canonical_title(title)
    check(written)
    with transaction.atomic():
        page = _lock(title)
        if page is None:
            try:
                with transaction.atomic():
                    page = WikiPage.objects.create(title=title)
            except IntegrityError:
                raise WikiConflict(WikiPage.objects.get(title=title)) from None
            _put(page, written)
            _keep(page, editor, written)
            return page
        if page.is_locked and not over_lock:
            raise WikiError("page_locked")
        if page.is_deleted and not over_lock:
            raise WikiError("page_deleted")
        if state_of(page) != seen:
            raise WikiConflict(page)
        if written != Written.of(page):
            _put(page, written)
            _keep(page, editor, written, merge=True)
        return page


def revert_page(editor: Any, title: str, number: int, *, over_lock: bool = False) -> WikiPage:
    """Bring the text and the names of version `number` back, as a new version. Raises WikiError."""
    with transaction.atomic():
        page = _existing(title)
        if (page.is_locked or page.is_deleted) and not over_lock:
            raise WikiError("page_locked" if page.is_locked else "page_deleted")
        version = page.versions.filter(number=number).first()
        if version is None:
            raise WikiError("unknown_version", number=number)
        written = Written(version.body, tuple(version.other_names))
        if written != Written.of(page):
            _put(page, written)
            _keep(page, editor, written)
        return page


def set_locked(editor: Any, title: str, locked: bool) -> WikiPage:
    """Close the page to all but moderators, or open it again."""
    return _flag(editor, title, "is_locked", locked)


def set_deleted(editor: Any, title: str, deleted: bool) -> WikiPage:
    """Take the page out of lists, completion and links, or bring it back; nothing of it is lost."""
    return _flag(editor, title, "is_deleted", deleted)


def pages_linking_to(title: str) -> QuerySet[WikiPage]:
    """Pages whose text has `[[title]]`, blanks or `_` between its words; `MOST_LINKING` are shown at most."""
    name = "[ _]+".join(re.escape(word) for word in title.split("_"))
    pattern = rf"\[\[\s*{name}\s*(\||\]\])"
    linking = WikiPage.objects.filter(is_deleted=False, body__contains="[[", body__iregex=pattern)
    return linking.exclude(title=title).order_by("title")


def check(written: Written) -> None:
    """Raises WikiError if this cannot be written."""
    if len(written.body) > MAX_BODY:
        raise WikiError("text_too_long", length=len(written.body), limit=MAX_BODY)
    if len(written.other_names) > MAX_OTHER_NAMES:
        raise WikiError("too_many_names", count=len(written.other_names), limit=MAX_OTHER_NAMES)
    for name in written.other_names:
        if len(name) > NAME_LENGTH or len(fold_name(name)) > NAME_LENGTH:
            raise WikiError("name_too_long", name=name[:40], limit=NAME_LENGTH)


def _lock(title: str) -> WikiPage | None:
    return WikiPage.objects.select_for_update().filter(title=title).first()


def _existing(title: str) -> WikiPage:
    return WikiPage.objects.select_for_update().get(title=title)


def _put(page: WikiPage, written: Written) -> None:
    page.body = written.body
    page.save(update_fields=["body", "updated_at"])
    page.other_names.all().delete()
    OtherName.objects.bulk_create(
        OtherName(page=page, name=name, folded=fold_name(name), position=position)
        for position, name in enumerate(written.other_names)
    )


def _keep(page: WikiPage, editor: Any, written: Written, *, merge: bool = False) -> None:
    """The page as it is now as its newest version; `merge` continues a fresh one of the same editor."""
    newest, now = newest_version(page), timezone.now()
    state = {
        "title": page.title,
        "body": written.body,
        "other_names": list(written.other_names),
        "is_locked": page.is_locked,
        "is_deleted": page.is_deleted,
    }
    if merge and newest and newest.editor_id == editor.pk and now - newest.at < MERGE_WITHIN:
        WikiVersion.objects.filter(pk=newest.pk).update(at=now, **state)
        return
    WikiVersion.objects.create(page=page, number=newest.number + 1 if newest else 1, editor=editor, **state)


def _flag(editor: Any, title: str, name: str, value: bool) -> WikiPage:
    with transaction.atomic():
        page = _existing(title)
        if getattr(page, name) != value:
            setattr(page, name, value)
            page.save(update_fields=[name, "updated_at"])
            _keep(page, editor, Written.of(page))
        return page
