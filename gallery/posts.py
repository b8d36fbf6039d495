"""Posts: made from assets, changed and withdrawn by their authors; each function is one transaction.

What moderators do to posts is in `gallery.moderation`.
"""

from collections.abc import Iterable

from django.db import models, transaction

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Asset, AssetFile, ModerationAction, Post, PostGeneration, PostStats, User
from gallery.models.asset import Variant
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiEvidence, AiLevel, PostStatus, PromptVisibility
from gallery.provenance import Recipe, searchable
from gallery.rating import suggest_rating
from gallery.ratings import BY_WORD, Rating, strictest
from gallery.tag_edits import put_tags
from tagging.edit import Counted, ensure_tags, move_post_counts
from tagging.messages import explain_name
from tagging.models import Tag
from tagging.names import TagNameError

MAX_TAGS = 300
MAX_TITLE = 200
MAX_COMMENTARY = 10_000

EDITABLE = frozenset({PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED})
WITHDRAWABLE = frozenset({PostStatus.ACTIVE, PostStatus.FLAGGED})


@transaction.atomic
def publish(
    author: User,
    asset: Asset,
    *,
    recipe: Recipe,
    tags: Iterable[str],
    rating: str,
    prompt_visibility: str = PromptVisibility.VISIBLE,
    title: str = "",
    commentary: str = "",
    ai_level: str = AiLevel.GENERATED,
    ai_evidence: str = AiEvidence.SITE_JOB,
) -> Post:
    """Make the post of `asset`; asked again, also at the same moment, it returns the post made first, unchanged.

    The post gets the stricter of `rating` and what the rules suggest from tags and prompt.
    Raises NotAllowed (the asset is another's), InvalidTransition (its post was withdrawn or removed) and Invalid.
    """
    if asset.owner_id != author.pk:
        raise NotAllowed("not_your_picture")
    # Whoever comes second waits here until the first one's post can be seen.
    Asset.objects.select_for_update().get(pk=asset.pk)
    existing = Post.objects.filter(asset=asset).first()
    if existing:
        if existing.status not in EDITABLE:
            raise InvalidTransition("published_before", status=_status_label(existing))
        return existing
    names = _checked_texts(tags, title, commentary)
    found = _tags(names)
    original = AssetFile.objects.filter(asset=asset, variant=Variant.ORIGINAL).first()
    post = Post(
        asset=asset,
        author=author,
        title=title.strip(),
        commentary=commentary.strip(),
        rating=strictest([checked_rating(rating), suggest_rating([tag.name for tag in found], recipe.prompt).rating]),
        ai_level=_checked_choice(ai_level, AiLevel, "unknown_ai_level"),
        ai_evidence=_checked_choice(ai_evidence, AiEvidence, "unknown_ai_evidence"),
        prompt_visibility=_checked_choice(prompt_visibility, PromptVisibility, "unknown_prompt_visibility"),
        width=asset.width,
        height=asset.height,
        file_size=original.size_bytes if original else 0,
        file_type=original.format if original else "png",
    )
    put_tags(post, found)
    post.save()
    PostStats.objects.create(post=post)
    PostGeneration.objects.create(
        post=post,
        prompt=recipe.prompt,
        negative_prompt=recipe.negative_prompt,
        prompt_words=searchable(recipe.prompt),
        negative_words=searchable(recipe.negative_prompt),
        model_name=recipe.model_name,
        model_hash=recipe.model_hash,
        sampler=recipe.sampler,
        scheduler=recipe.scheduler,
        steps=recipe.steps,
        cfg=recipe.cfg,
        seed=recipe.seed,
        width=recipe.width,
        height=recipe.height,
        generator=recipe.generator,
        generator_version=recipe.version,
    )
    move_post_counts(Counted(), counted(post))
    return post


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
) -> Post:
    """Change what the author chose at publication; the AI label stays as it is.

    A rating that a moderator set is the least from then on; before that, what the rules suggest is.
    Raises NotAllowed (not the author), InvalidTransition (removed, withdrawn …) and Invalid.
    """
    post = locked(post)
    if post.author_id != editor.pk:
        raise NotAllowed("not_your_post")
    _require_status(post, EDITABLE)
    names = _checked_texts(tags, title, commentary)
    found = _tags(names)
    wanted = checked_rating(rating)
    decided = decided_rating(post)
    if decided is not None:
        if wanted.strength < decided.strength:
            raise Invalid("rating_fixed", rating=decided.label)
    else:
        prompt = PostGeneration.objects.values_list("prompt", flat=True).filter(post=post).first() or ""
        wanted = strictest([wanted, suggest_rating([tag.name for tag in found], prompt).rating])
    before = counted(post)
    post.rating = wanted
    put_tags(post, found)
    post.title = title.strip()
    post.commentary = commentary.strip()
    post.prompt_visibility = _checked_choice(prompt_visibility, PromptVisibility, "unknown_prompt_visibility")
    post.save()
    move_post_counts(before, counted(post))
    return post


@transaction.atomic
def withdraw(author: User, post: Post, reason: str = "") -> Post:
    """Take one's own post back; it leaves every list, and the act stands in the log.

    Raises NotAllowed (not the author) and InvalidTransition (neither active nor flagged).
    """
    post = locked(post)
    if post.author_id != author.pk:
        raise NotAllowed("not_your_post")
    _require_status(post, WITHDRAWABLE)
    set_status(post, PostStatus.WITHDRAWN)
    ModerationAction.objects.create(actor=author, kind=ModerationKind.WITHDRAW, post=post, reason=reason.strip()[:2000])
    return post


def locked(post: Post) -> Post:
    """The row as it is now, locked until the transaction ends."""
    return Post.objects.select_for_update(of=("self",)).get(pk=post.pk)


def set_status(post: Post, status: PostStatus) -> None:
    """Put a locked post into another state and keep the tags' counters right."""
    before = counted(post)
    post.status = status
    post.save(update_fields=["status", "updated_at"])
    move_post_counts(before, counted(post))


def set_rating(post: Post, rating: Rating) -> None:
    """Give a locked post another rating and keep the tags' counters right."""
    before = counted(post)
    post.rating = rating
    post.save(update_fields=["rating", "updated_at"])
    move_post_counts(before, counted(post))


def counted(post: Post) -> Counted:
    """How the post stands in its tags' counters: they count active posts, those for everybody general ones."""
    if post.status != PostStatus.ACTIVE:
        return Counted()
    return Counted(frozenset(post.tag_ids), general=post.rating == Rating.GENERAL)


def decided_rating(post: Post) -> Rating | None:
    """The rating of the last moderator's decision on this post, or None."""
    last = post.moderation_actions.filter(kind=ModerationKind.RERATE).order_by("-pk").first()
    return Rating(last.details["to"]) if last else None


def checked_rating(value: str) -> Rating:
    """A rating from its letter or its word; Invalid for anything else."""
    if value in BY_WORD:
        return BY_WORD[value]
    return Rating(_checked_choice(value, Rating, "unknown_rating"))


def _checked_choice(value: str, choices: type[models.TextChoices], code: str) -> str:
    if value not in choices.values:
        raise Invalid(code, value=value)
    return value


def _checked_texts(tags: Iterable[str], title: str, commentary: str) -> list[str]:
    names = [name for name in tags if name.strip()]
    if len(names) > MAX_TAGS:
        raise Invalid("too_many_tags", count=len(names), limit=MAX_TAGS)
    if len(title.strip()) > MAX_TITLE:
        raise Invalid("title_too_long", length=len(title.strip()), limit=MAX_TITLE)
    if len(commentary.strip()) > MAX_COMMENTARY:
        raise Invalid("commentary_too_long", length=len(commentary.strip()), limit=MAX_COMMENTARY)
    return names


def _tags(names: list[str]) -> list[Tag]:
    try:
        return ensure_tags(names)
    except TagNameError as error:
        raise Invalid("bad_tag", problem=explain_name(error)) from error


def _require_status(post: Post, allowed: frozenset[PostStatus]) -> None:
    if post.status not in allowed:
        raise InvalidTransition("wrong_status", status=_status_label(post))


def _status_label(post: Post) -> str:
    return str(PostStatus(post.status).label)
