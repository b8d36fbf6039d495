"""Posts: made from assets, changed and withdrawn by their authors; each function is one transaction.

What moderators do to posts is in `gallery.moderation`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery import raters
from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels.history import record_label
from gallery.models import (
    Asset,
    AssetFile,
    ModerationAction,
    Post,
    PostStats,
    RatingSource,
    UncomparedPost,
    UnratedPost,
    User,
)
from gallery.models.asset import Variant
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiEvidence, AiLevel, PostStatus, PromptVisibility, RecipeSource
from gallery.models.rating import RatingKind
from gallery.models.refusal import RuleEffect, RulePlace
from gallery.post_ratings.changes import rate_new
from gallery.post_ratings.sources import record_rating
from gallery.post_state import (
    EDITABLE,
    call_for_review,
    checked_choice,
    checked_rating,
    counted,
    locked,
    require_status,
    status_label,
)
from gallery.provenance import Recipe
from gallery.ratings import Rating
from gallery.recipes import write_recipe
from gallery.refusals.counting import counting
from gallery.refusals.judging import Said, require
from gallery.refusals.posting import require_whole, said_with, send_to_review
from gallery.refusals.quarantine import is_locked_away
from gallery.slots import let_wait, needs_slot
from gallery.tag_edits import Edited, State, put_tags
from gallery.tag_edits.acts import MAX_SOURCE
from gallery.tag_edits.automatic import TAGME, automatic_names
from gallery.tag_edits.edit import edit_terms, make_tags
from gallery.tag_edits.lineage import may_be_parent
from gallery.tag_edits.rules import MAX_TAGS, settle
from gallery.tag_edits.store import locked_tags
from gallery.tag_edits.terms import Terms, read_words
from gallery.tag_edits.versions import record
from tagging.edit import Counted, move_post_counts
from tagging.messages import explain_name
from tagging.models import Category
from tagging.names import TagNameError, validate_tag

MAX_TITLE = 200
MAX_COMMENTARY = 10_000

WITHDRAWABLE = frozenset({PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED})


@counting
@transaction.atomic
def publish(
    author: User,
    asset: Asset,
    *,
    recipe: Recipe | None,
    tags: Iterable[str],
    rating: str,
    raw: str = "",
    rest: Mapping[str, Any] | None = None,
    prompt_visibility: str = PromptVisibility.VISIBLE,
    title: str = "",
    commentary: str = "",
    ai_level: str = AiLevel.GENERATED,
    ai_evidence: str = AiEvidence.SITE_JOB,
    parent: Post | None = None,
    source: str = "",
    written: str = "",
    status: PostStatus = PostStatus.ACTIVE,
) -> Post:
    """Make the post of `asset`; asked again, also at the same moment, it returns the post made first, unchanged.

    The post gets the strictest of `rating`, what the rules make of tags and prompt, and its tags' minimums. It becomes
    a child of `parent` where the author can open that one and it has room for another child; no picture fails for its
    parent. Where there is a rating program it waits for that one, unseen if the operator wants it so.
    `written` are texts that can be read in the picture itself: rules hold for them as for the title.
    `status` is active, or pending for one that waits for a moderator, as where a rule sends its words to review and
    where its author still needs a slot for it (`gallery.slots`).
    `recipe` is None where nobody knows how the picture was made; else `raw` is the text that a file tells it in, and
    `rest` what that says beyond a recipe. Raises NotAllowed (the asset is another's), InvalidTransition (its post was
    withdrawn or removed), NoFreeSlot and Invalid (`Refused` by a rule).
    """
    if asset.owner_id != author.pk:
        raise NotAllowed("not_your_picture")
    require_may_act(author)
    # Whoever comes second waits here until the first one's post can be seen.
    Asset.objects.select_for_update().get(pk=asset.pk)
    existing = Post.objects.filter(asset=asset).first()
    if is_locked_away(asset) or (existing and existing.status == PostStatus.QUARANTINED):
        # Of a quarantine its author is told nothing, by the name of a state neither.
        raise Invalid("upload_held_back")
    if existing:
        if existing.status not in EDITABLE:
            raise InvalidTransition("published_before", status=status_label(existing))
        return existing
    _check_texts(title, commentary)
    terms = _published_terms(tags)
    verdict = require([*said_with(title, commentary, terms.tags, recipe), Said(RulePlace.TEXT, written)])
    waits = needs_slot(author)
    if verdict.by(RuleEffect.REVIEW) or waits:
        status = PostStatus.PENDING
    # The size that everybody may know: that of the original would tell how long a hidden prompt is.
    bare = AssetFile.objects.filter(asset=asset, variant=Variant.BARE).first()
    has_rater = raters.installed(settings.RATER) is not None
    held = has_rater and settings.RATE_BEFORE_SHOWING and status == PostStatus.ACTIVE
    post = Post(
        asset=asset,
        author=author,
        title=title.strip(),
        commentary=commentary.strip(),
        rating=checked_rating(rating),
        ai_level=checked_choice(ai_level, AiLevel, "unknown_ai_level"),
        ai_evidence=checked_choice(ai_evidence, AiEvidence, "unknown_ai_evidence"),
        prompt_visibility=checked_choice(prompt_visibility, PromptVisibility, "unknown_prompt_visibility"),
        source=_checked_source(source),
        status=PostStatus.PENDING if held else status,
        width=asset.width,
        height=asset.height,
        file_size=bare.size_bytes if bare else 0,
        file_type=bare.format if bare else "png",
    )
    model_name, prompt = (recipe.model_name, recipe.prompt) if recipe else ("", "")
    automatic = automatic_names(post, model_name)
    wanted = make_tags(terms.tags, automatic if terms.tags else {**automatic, TAGME: Category.META})
    found = locked_tags(settle(post, wanted, model_name).tags)
    rests_on = rate_new(post, Rating(post.rating), found, prompt)
    put_tags(post, found)
    if parent is not None and may_be_parent(author, parent):
        post.parent = parent
    post.save()
    PostStats.objects.create(post=post)
    UncomparedPost.objects.create(post=post)
    if has_rater:
        UnratedPost.objects.create(post=post, since=timezone.now(), holds=held)
    if recipe is not None:
        write_recipe(post, recipe, raw=raw, rest=rest, source=_source_of(post, raw))
    move_post_counts(Counted(), counted(post))
    RatingSource.objects.bulk_create(rests_on)
    record_rating(post, RatingKind.AUTHOR, before=None, by=author)
    record(author, post, None)
    record_label(author, post)
    send_to_review(post, verdict)
    if waits:
        let_wait(post)
    elif post.status == PostStatus.PENDING and not held:
        call_for_review(post)
    return post


@counting
@transaction.atomic
def edit(
    editor: User,
    post: Post,
    *,
    tags: Iterable[str],
    rating: str,
    prompt_visibility: str,
    title: str,
    commentary: str,
    seen: str | None = None,
) -> Edited:
    """Change what the author chose at publication; the AI label stays as it is.

    `tags` are the words of an edit string, merged with what others did since the author saw the tags `seen` (see
    `gallery.tag_edits.edit_tags`). A rating that a moderator set is the least from then on; before that, what counts
    beside the author's word is (`gallery.post_ratings`). Raises NotAllowed (not the author), InvalidTransition
    (removed, withdrawn …) and Invalid.
    """
    if post.author_id != editor.pk:
        raise NotAllowed("not_your_post")
    require_may_act(editor)
    _check_texts(title, commentary)
    terms = read_words(tags)
    verdict = require(said_with(title, commentary, terms.tags))
    fields = {
        "rating": checked_rating(rating),
        "prompt_visibility": checked_choice(prompt_visibility, PromptVisibility, "unknown_prompt_visibility"),
        "title": title.strip(),
        "commentary": commentary.strip(),
    }
    edited = edit_terms(editor, post, terms, seen, fields)
    require_whole(edited.post)
    send_to_review(edited.post, verdict)
    return edited


@transaction.atomic
def withdraw(author: User, post: Post, reason: str = "") -> Post:
    """Take one's own post back; it leaves every list, and the act stands in the log.

    Raises NotAllowed (not the author) and InvalidTransition (not pending, active or flagged).
    """
    post = locked(post)
    if post.author_id != author.pk:
        raise NotAllowed("not_your_post")
    require_status(post, WITHDRAWABLE)
    set_status(post, PostStatus.WITHDRAWN)
    said = reason.replace("\x00", "").strip()[:2000]
    ModerationAction.objects.create(actor=author, kind=ModerationKind.WITHDRAW, post=post, reason=said)
    return post


def set_status(post: Post, status: PostStatus) -> None:
    """Put a locked post into another state and keep the tags' counters right; one that waits from now on has a case."""
    before = counted(post)
    if status == PostStatus.PENDING:
        call_for_review(post)
    post.status = status
    post.save(update_fields=["status", "updated_at"])
    move_post_counts(before, counted(post))


def set_rating(editor: User, post: Post, rating: Rating) -> None:
    """Give a locked post another rating, keep the tags' counters right, and write it into the post's history."""
    before = State.of(post)
    post.rating = rating
    post.save(update_fields=["rating", "updated_at"])
    move_post_counts(before.counted, counted(post))
    record(editor, post, before)


def _source_of(post: Post, raw: str) -> RecipeSource:
    if post.ai_evidence == AiEvidence.SITE_JOB:
        return RecipeSource.SITE_JOB
    return RecipeSource.FILE if raw else RecipeSource.TYPED


def _checked_source(source: str) -> str:
    text = source.replace("\x00", "").strip()
    if len(text) > MAX_SOURCE:
        raise Invalid("source_too_long", length=len(text), limit=MAX_SOURCE)
    return text


def _check_texts(title: str, commentary: str) -> None:
    if len(title.strip()) > MAX_TITLE:
        raise Invalid("title_too_long", length=len(title.strip()), limit=MAX_TITLE)
    if len(commentary.strip()) > MAX_COMMENTARY:
        raise Invalid("commentary_too_long", length=len(commentary.strip()), limit=MAX_COMMENTARY)


def _published_terms(words: Iterable[str]) -> Terms:
    """The tags of a new post: names, with a category before them or without. There is nothing to take away yet."""
    terms = read_words(words)
    # Counted before the site's own tags join them: the sentence speaks of what was typed.
    if len(terms.tags) > MAX_TAGS:
        raise Invalid("too_many_tags", count=len(terms.tags), limit=MAX_TAGS)
    for word in [f"-{name}" for name in terms.removed] + [str(act) for act in terms.acts]:
        try:
            validate_tag(word)
        except TagNameError as error:
            raise Invalid("bad_tag", problem=explain_name(error)) from error
    return terms
