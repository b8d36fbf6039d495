"""The door through which people change how a post is said to have been made. Each function is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gallery.accounts.standing import Banned, standing_ban
from gallery.errors import Invalid, NotAllowed, UserFacingError
from gallery.models import Post, PostGeneration, PostGenerationVersion, User
from gallery.models.post import AiEvidence, AiLevel, RecipeSource
from gallery.post_state import EDITABLE
from gallery.recipes.rows import NOTHING, State, file_state_of, named_by_machine, put, record
from gallery.recipes.typed import LONGEST_REASON, read_typed
from gallery.refusals.counting import counting
from gallery.refusals.judging import require
from gallery.refusals.posting import require_whole, said_in, said_with, send_to_review
from gallery.tag_edits.automatic import automatic_names
from gallery.tag_edits.edit import Wanted, begin, change
from gallery.tag_edits.state import State as PostState
from gallery.visibility import Viewer, may_read_prompt, signed_in
from tagging.edit import resolve_tags
from tagging.models import Category, Tag

EDITS_AN_HOUR = 60
"""So many changes of generation data one member can make; moderators have no limit."""


class Outdated(Invalid):
    """Somebody else changed the data since the editor looked; `newest` is what they are now."""

    def __init__(self, newest: PostGeneration) -> None:
        super().__init__("recipe_changed", number=newest.version)
        self.newest = newest


def refusal(viewer: Viewer, post: Post) -> UserFacingError | None:
    """Why this viewer may not change the generation data of a post that they can open; None where they may.

    The author and moderators may; any member may of a post whose prompt they can read. What was drawn here is on file
    and nobody's to change.
    """
    if not isinstance(viewer, User) or not signed_in(viewer):
        return NotAllowed("account_disabled")
    if (ban := standing_ban(viewer)) is not None:
        return Banned(ban)
    if drawn_here(post):
        return NotAllowed("recipe_on_file")
    if not may_read_prompt(viewer, post):
        return NotAllowed("recipe_unreadable")
    return None


def may_edit(viewer: Viewer, post: Post) -> bool:
    """Whether the page of a post offers this viewer to change its generation data."""
    return post.status in EDITABLE and refusal(viewer, post) is None


def vouches_for(viewer: Viewer, post: Post) -> bool:
    """Whether files carry what this viewer saves as generation data: the author's and moderators', nobody else's."""
    return isinstance(viewer, User) and (viewer.is_moderator or viewer.pk == post.author_id)


def drawn_here(post: Post) -> bool:
    """Whether the job that drew the picture is on file."""
    row: PostGeneration | None = getattr(post, "generation", None)
    return post.ai_evidence == AiEvidence.SITE_JOB or (row is not None and row.source == RecipeSource.SITE_JOB)


@counting
@transaction.atomic
def edit_recipe(
    editor: User,
    post: Post,
    fields: Mapping[str, str],
    seen_version: int,
    *,
    rest: Iterable[tuple[str, str]] | None = None,
    reason: str = "",
) -> PostGeneration | None:
    """Change the generation data of a post to what was typed; returns the row, None where there still is none.

    `fields`: texts by the names of `gallery.recipes.fields`, those that are missing stay; `rest`: all other keys with
    their values, None for those of now. `seen_version`: the number of the version that the editor saw, 0 for none. The
    words that searches read and the tag of the model follow; files do once the author or a moderator saves, also what
    stands there already. Raises NotAllowed, InvalidTransition, Outdated and Invalid (`WrongFields` where something
    typed is wrong).
    """
    post, row, current = _begin(editor, post, seen_version)
    wanted = read_typed(fields, rest, current, RecipeSource.TYPED)
    verdict = require([*said_with(post.title, post.commentary), *said_in(wanted.recipe)])
    made = _become(editor, post, row, wanted, reason)
    require_whole(post)
    send_to_review(post, verdict)
    return made


@counting
@transaction.atomic
def revert_recipe(
    editor: User, post: Post, number: int, seen_version: int | None = None, *, reason: str = ""
) -> PostGeneration | None:
    """Make the generation data what they were in version `number`, as a new version. Raises as `edit_recipe` does."""
    post, row, _current = _begin(editor, post, seen_version)
    version = PostGenerationVersion.objects.filter(post=post, number=number).first()
    if version is None:
        raise Invalid("no_version", number=number)
    made = _become(editor, post, row, State.of_version(version), reason)
    require_whole(post)
    return made


def _begin(editor: User, post: Post, seen_version: int | None) -> tuple[Post, PostGeneration | None, State]:
    """The post, locked, with its data, if this person may change them now and saw the newest."""
    post = begin(editor, post)[post.pk]
    row = PostGeneration.objects.filter(post=post).first()
    refused = refusal(editor, post)
    if refused is not None:
        raise refused
    if row is not None and seen_version is not None and row.version != seen_version:
        raise Outdated(row)
    if row is None and seen_version:
        raise Invalid("no_version", number=seen_version)
    return post, row, State.of(row) if row is not None else NOTHING


def _become(editor: User, post: Post, row: PostGeneration | None, wanted: State, reason: str) -> PostGeneration | None:
    reason = " ".join(reason.replace("\x00", "").split())
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason_too_long", length=len(reason), limit=LONGEST_REASON)
    before = State.of(row) if row is not None else NOTHING
    same = before.says_the_same_as(wanted)
    vouches = vouches_for(editor, post)
    # What others typed becomes the author's own when they save it as it stands.
    if same and (row is None or not vouches or row.file_version == row.version):
        return row
    _require_no_contradiction(editor, post, before, wanted)
    _require_allowance(editor)
    before_post, old_model = PostState.of(post), before.recipe.model_name
    if row is None:
        row = PostGeneration(post=post, version=0, file_version=0)
    elif not PostGenerationVersion.objects.filter(post=post).exists():
        # Published before there were versions: what it was then is the first one.
        record(row, post.author, post.created_at)
    vouched = file_state_of(post) if row.version else None
    put(row, wanted, number=row.version + 1)
    if vouches or (vouched is not None and vouched.says_the_same_as(wanted)):
        row.file_version = row.version
    row.save()
    record(row, editor, timezone.now(), reason)
    post.generation = row
    gone = _tags_of_model(post, old_model) - _tags_of_model(post, wanted.recipe.model_name)
    kept = Tag.objects.filter(pk__in=post.tag_ids).exclude(pk__in=gone)
    change(editor, post, Wanted(list(kept), removed=frozenset(gone)), before=before_post)
    post.save(update_fields=["updated_at"])
    return row


def _require_no_contradiction(editor: User, post: Post, before: State, wanted: State) -> None:
    """Where a post is labelled as made by a human, nothing that names a machine can be added; what a moderator's
    decision left standing can be taken away bit by bit."""
    if post.ai_level == AiLevel.HUMAN and named_by_machine(wanted) - named_by_machine(before):
        own, label = editor.pk == post.author_id, AiLevel.HUMAN.label
        raise Invalid("recipe_of_human" if own else "recipe_of_humans_post", label=label)


def _tags_of_model(post: Post, model_name: str) -> set[int]:
    """The keys of the tags that a post has because this model drew it."""
    names = [name for name, kind in automatic_names(post, model_name).items() if kind == Category.MODEL]
    return {tag.pk for tag in resolve_tags(names).values() if tag.category == Category.MODEL}


def _require_allowance(editor: User) -> None:
    if editor.is_moderator:
        return
    since = timezone.now() - timedelta(hours=1)
    made = PostGenerationVersion.objects.filter(editor=editor, at__gt=since)
    if made.exclude(number=1, post__author=editor).count() >= EDITS_AN_HOUR:
        raise Invalid("too_many_recipe_edits", limit=EDITS_AN_HOUR)
