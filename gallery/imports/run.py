"""A run: picture after picture becomes a post, and what became of each is written down before the next.

It can be stopped at any moment, by force too: the next time it goes on behind the last picture that is written down.
One that was posted just before is found again by its file, and isn't posted twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

from django.db import transaction

from gallery.errors import Invalid, NotNow, UserFacingError
from gallery.imports.item import BrokenSidecar, Item
from gallery.ingest import keep_sent
from gallery.models import ImportedItem, ImportRun, Post, User
from gallery.models.imports import ImportOutcome
from gallery.models.post import PromptVisibility
from gallery.post_state import EDITABLE
from gallery.refusals.arrivals import admitted
from gallery.tag_edits import apply_script
from gallery.tag_edits.rules import MAX_TAGS
from gallery.tag_edits.terms import read_words
from gallery.uploads import publish_sent

# Beyond so many pictures in a row that can't be had, it isn't the pictures.
MOST_TROUBLES = 20
# Beside what is said elsewhere there has to be room for the site's own tags and for what follows from all of them.
MOST_WORDS = MAX_TAGS - 50


class Source(Protocol):
    """Another place: its pictures in an order that stays, those behind the key `after`."""

    def items(self, after: str = "") -> Iterator[Item]:
        """Raises `Invalid` where the place can't be read."""


@dataclass(frozen=True)
class Choices:
    """What the import says where the other place says nothing, and for all of them.

    `rating`: of pictures that have none there. `level`: the AI level declared for all, "" to let the files speak.
    """

    rating: str
    level: str = ""
    prompt_visibility: str = PromptVisibility.VISIBLE


def begin(owner: User, place: str, query: str = "", *, again: bool = False) -> ImportRun:
    """The run of `owner` from `place`: the one that there was, else a new one.

    `again`: from the first picture on, those that are posted aside: for refusals whose reason is gone by now.
    """
    run, _made = ImportRun.objects.get_or_create(owner=owner, place=place, query=query)
    run.trouble, run.finished = "", False
    if again:
        run.after = ""
    run.save()
    return run


def carry_on(run: ImportRun, source: Source, choices: Choices, most: int | None = None) -> Iterator[ImportedItem]:
    """Import what is behind the run's last picture, at most `most`; yields what became of each.

    Raises `UserFacingError` where the place can't be read, no more may be sent today, or too many pictures in a row
    can't be had; `trouble` of the run says it. What was done stays done.
    """
    troubles = 0
    try:
        for item in source.items(run.after):
            if most is not None and most <= 0:
                return
            done = _imported(run, item)
            if done is None:
                done, reached = _take(run, item, choices)
                troubles = 0 if reached else troubles + 1
                most = None if most is None else most - 1
                yield done
            else:
                _passed(run, item)
            if troubles >= MOST_TROUBLES:
                raise Invalid("import_troubles", count=MOST_TROUBLES, reason=done.reason)
        run.finished = True
        run.save(update_fields=["finished", "updated_at"])
    except UserFacingError as error:
        run.trouble = str(error.message)
        run.save(update_fields=["trouble", "updated_at"])
        raise


def _imported(run: ImportRun, item: Item) -> ImportedItem | None:
    """What is written down of a picture that has a post; a refused one is tried again when it is met again."""
    items = ImportedItem.objects.filter(owner=run.owner, place=run.place, key=item.key)
    return items.exclude(outcome=ImportOutcome.REFUSED).first()


def _passed(run: ImportRun, item: Item) -> None:
    run.after = item.key
    run.save(update_fields=["after", "updated_at"])


def _take(run: ImportRun, item: Item, choices: Choices) -> tuple[ImportedItem, bool]:
    """Post one picture; True where its file could be had, whatever became of it."""
    try:
        content = item.read()
    except (UserFacingError, OSError) as error:
        reason = str(error.message) if isinstance(error, UserFacingError) else str(error.strerror or error)
        return _noted(run, item, ImportOutcome.REFUSED, reason=reason), isinstance(error, BrokenSidecar)
    try:
        with transaction.atomic():
            post, made = _posted(run.owner, item, content, choices, run.place)
            outcome = ImportOutcome.POSTED if made else ImportOutcome.KNOWN
            return _noted(run, item, outcome, post=post), True
    except NotNow:
        raise  # not this picture's fault: it is the first of the next time
    except UserFacingError as error:
        return _noted(run, item, ImportOutcome.REFUSED, reason=str(error.message)), True


def _posted(owner: User, item: Item, content: bytes, choices: Choices, place: str) -> tuple[Post, bool]:
    # What isn't admitted is rolled back as a whole: nothing of it comes in.
    asset = admitted(keep_sent(owner, BytesIO(content), len(content), item.name or "picture", counted=False))
    known = Post.objects.filter(asset=asset, status__in=EDITABLE).first()
    if known is not None:
        return known, False
    post = publish_sent(
        owner,
        asset,
        level=choices.level or None,
        tags=usable_words(item.words),
        rating=item.rating or choices.rating,
        prompt_visibility=choices.prompt_visibility,
        title=item.title,
        commentary=item.commentary,
        source=item.source,
        recipe=item.recipe,
        parent=_post_there(owner, place, number=item.parent) if item.parent else None,
    )
    return post, True


def usable_words(words: tuple[str, ...]) -> list[str]:
    """The words that can be tags here, as many as a post has room for; other places have names that we don't."""
    usable = list[str]()
    for word in words[: 4 * MAX_TAGS]:
        try:
            terms = read_words([word])
        except Invalid:
            continue
        if terms.tags:
            usable.append(word)
    return usable[:MOST_WORDS]


@transaction.atomic
def _noted(
    run: ImportRun, item: Item, outcome: ImportOutcome, *, post: Post | None = None, reason: str = ""
) -> ImportedItem:
    """Write down what became of a picture, and that the run is behind it; children that waited for it find it."""
    done, _made = ImportedItem.objects.update_or_create(
        owner=run.owner,
        place=run.place,
        key=item.key,
        defaults={
            "run": run,
            "number": item.number[:40],
            "parent_number": item.parent[:40],
            "outcome": outcome,
            "reason": reason[:2000],
            "post": post,
        },
    )
    _passed(run, item)
    if post is not None and item.number:
        _adopt(run.owner, run.place, post, item.number)
    return done


def _adopt(owner: User, place: str, parent: Post, number: str) -> None:
    waiting = ImportedItem.objects.filter(owner=owner, place=place, parent_number=number).exclude(post=None)
    for child in Post.objects.filter(pk__in=waiting.values("post"), parent=None).exclude(pk=parent.pk):
        try:
            with transaction.atomic():
                apply_script(owner, child, f"parent:{parent.pk}")
        except UserFacingError:  # too many children, or a circle over there
            continue


def _post_there(owner: User, place: str, *, number: str) -> Post | None:
    there = ImportedItem.objects.filter(owner=owner, place=place, number=number).exclude(post=None)
    found = there.select_related("post").first()
    return found.post if found else None
