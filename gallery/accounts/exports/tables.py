"""What the gallery's own tables hold of an account, as rows that may leave: its owner's, and nobody else's."""

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery.accounts.parts import Picture, Table
from gallery.accounts.sessions import browser_of, rough, system_of
from gallery.models import (
    AssetFile,
    Comment,
    CommentVote,
    Favourite,
    FavouriteGroup,
    FavouriteGroupEntry,
    LabelDispute,
    Post,
    PostGenerationVersion,
    PostVersion,
    PostVote,
    PromptRequest,
    RatingVote,
    Refusal,
    Remix,
    SavedSearch,
    Statement,
    UploadDraft,
    User,
    ViewFilter,
    Voice,
)
from gallery.models.asset import Variant
from gallery.models.post import PostStatus
from gallery.visibility import open_to
from tagging.models import Tag, WikiVersion

Rows = Iterator[dict[str, Any]]

_GENERATION = (
    "prompt", "negative_prompt", "model_name", "model_hash", "sampler", "scheduler", "steps", "cfg", "seed", "denoise",
    "loras", "generator", "generator_version", "extra", "rest", "raw",
)  # fmt: skip


def tables_of(user: User) -> Iterator[Table]:
    """Every table of a copy, in the order in which they are written."""
    yield Table("profile", [_profile(user)])
    yield Table("sessions", _sessions(user))
    yield Table("posts", _posts(user))
    yield Table("remixes", _remixes(user))
    yield Table("drafts", _drafts(user))
    yield Table("favourites", _of_seen(user, Favourite.objects.filter(user=user), "post_id", "created_at"))
    yield Table("lists", _lists(user))
    yield Table("votes", _votes(user))
    yield Table("saved-searches", SavedSearch.objects.filter(user=user).values("query", "labels", "created_at"))
    yield Table("filters", _filters(user))
    yield Table("comments", _comments(user))
    yield Table("edits", _edits(user))
    yield Table("reports", _reports(user))
    yield Table("statements", _statements(user))
    yield Table("refusals", Refusal.objects.filter(person=user).order_by("pk").values("at", "rule", "words"))


def pictures_of(user: User) -> Iterator[Picture]:
    """The originals of posts and drafts. What is in quarantine has no files here."""
    files = AssetFile.objects.order_by("asset", "format")
    # What was sent is kept bare, before it is posted and after.
    drawn = AssetFile.objects.filter(asset=OuterRef("asset"), variant=Variant.ORIGINAL)
    whole = Q(variant=Variant.ORIGINAL) | (Q(variant=Variant.BARE) & ~Exists(drawn))
    of_posts = files.filter(whole, asset__post__in=_own_posts(user))
    of_drafts = files.filter(asset__draft__owner=user, asset__post=None, variant=Variant.BARE)
    for folder, number, rows in (("posts", "asset__post", of_posts), ("drafts", "asset__draft", of_drafts)):
        for pk, extension, path, size in rows.values_list(number, "format", "path", "size_bytes").iterator():
            yield Picture(f"{folder}/{pk}.{extension}", path, size)


def _own_posts(user: User) -> QuerySet[Post]:
    # Of a post in quarantine its author is told nothing.
    return Post.objects.filter(author=user).exclude(status=PostStatus.QUARANTINED)


def _of_seen(user: User, rows: QuerySet[Any], *columns: str) -> Rows:
    """Rows about posts, without those about posts that they may not see."""
    seen = Post.objects.filter(open_to(user))
    yield from rows.filter(post__in=seen.values("pk")).order_by("pk").values(*columns).iterator()


def _profile(user: User) -> dict[str, Any]:
    return {
        "name": user.username,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "role": user.role,
        "email": user.email,
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "shown_ratings": user.shown_ratings,
        "zone": user.zone,
        "private_favourites": user.private_favourites,
        "comment_threshold": user.comment_threshold,
    }


def _sessions(user: User) -> Rows:
    for row in UserSession.objects.filter(user=user).order_by("pk"):
        yield {
            "since": row.created_at,
            "last_seen": row.last_seen_at,
            "address": row.ip,
            "network": rough(row.ip),
            "browser": browser_of(row.user_agent),
            "system": system_of(row.user_agent),
            "user_agent": row.user_agent,
        }


def _remixes(user: User) -> Rows:
    """The credits that their posts give, as far as they may still see to whom."""
    seen = Post.objects.filter(open_to(user)).values("pk")
    rows = Remix.objects.filter(post__in=_own_posts(user), source__in=seen).order_by("pk")
    for row in rows.values("post_id", "source_id", "created_at").iterator():
        yield dict(row)


def _posts(user: User) -> Rows:
    posts = _own_posts(user).select_related("generation", "stats", "parent").order_by("pk")
    for post in posts.iterator(chunk_size=200):
        generation = getattr(post, "generation", None)
        stats = getattr(post, "stats", None)
        yield {
            "id": post.pk,
            # Another's may be hidden from them.
            "parent_id": post.parent.pk if post.parent is not None and post.parent.author_id == user.pk else None,
            "status": post.status,
            "title": post.title,
            "commentary": post.commentary,
            "tags": sorted(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)),
            "rating": post.rating,
            "ai_level": post.ai_level,
            "ai_evidence": post.ai_evidence,
            "prompt_visibility": post.prompt_visibility,
            "source": post.source,
            "width": post.width,
            "height": post.height,
            "created_at": post.created_at,
            "updated_at": post.updated_at,
            "score": stats.score if stats else 0,
            "favourites": stats.fav_count if stats else 0,
            "views": stats.views if stats else 0,
            "generation": {name: getattr(generation, name) for name in _GENERATION} if generation else None,
        }


def _drafts(user: User) -> Rows:
    columns = ("id", "tags", "rating", "level", "title", "commentary", "source", "prompt_visibility", "created_at")
    yield from UploadDraft.objects.filter(owner=user, asset__post=None).order_by("pk").values(*columns)


def _lists(user: User) -> Rows:
    for group in FavouriteGroup.objects.filter(owner=user).order_by("pk"):
        entries = FavouriteGroupEntry.objects.filter(group=group).order_by("position")
        seen = entries.filter(post__in=Post.objects.filter(open_to(user)).values("pk"))
        yield {
            "name": group.name,
            "public": group.is_public,
            "created_at": group.created_at,
            "posts": list(seen.values_list("post_id", flat=True)),
        }


def _votes(user: User) -> Rows:
    yield from _of_seen(user, PostVote.objects.filter(user=user), "post_id", "score", "created_at")
    yield from _of_seen(user, RatingVote.objects.filter(by=user), "post_id", "rating", "against", "at")
    seen = Post.objects.filter(open_to(user)).values("pk")
    on_comments = CommentVote.objects.filter(user=user, comment__post__in=seen).order_by("pk")
    yield from map(dict, on_comments.values("comment_id", "score", "created_at").iterator())


def _filters(user: User) -> Rows:
    for row in ViewFilter.objects.filter(owner=user).order_by("pk"):
        muted = User.objects.filter(pk__in=row.muted_ids, deleted_at=None).order_by("username")
        yield {
            "name": row.name,
            "hidden_ratings": row.hidden_ratings,
            "blurred_ratings": row.blurred_ratings,
            "hide": row.hide_rules,
            "blur": row.blur_rules,
            "muted": list(muted.values_list("username", flat=True)),
            "in_force": user.active_filter_id == row.pk,
        }


def _comments(user: User) -> Rows:
    columns = ("id", "post_id", "text", "at", "edited_at", "state", "score")
    yield from Comment.objects.filter(author=user).order_by("pk").values(*columns)


def _edits(user: User) -> Rows:
    for kind, model in (("tags", PostVersion), ("generation", PostGenerationVersion)):
        for row in _of_seen(user, model.objects.filter(editor=user), "post_id", "number", "at"):
            yield {"kind": kind} | row
    pages = WikiVersion.objects.filter(editor=user).order_by("pk")
    for written in pages.values("page_id", "number", "at", "title", "body").iterator():
        yield {"kind": "wiki", **written}


def _reports(user: User) -> Rows:
    voices = Voice.objects.filter(by=user).select_related("case").order_by("pk")
    for voice in voices:
        yield {
            "kind": voice.case.kind,
            "post_id": voice.case.post_id,
            "comment_id": voice.case.comment_id,
            "rule": voice.rule,
            "rating": voice.rating,
            "text": voice.text,
            "at": voice.at,
            "state": voice.case.state,
        }
    disputes = LabelDispute.objects.filter(by=user).order_by("pk")
    for dispute in disputes.values("post_id", "level", "against", "reason", "state", "at", "decided_at", "decision"):
        yield {"kind": "label"} | dispute
    asked = PromptRequest.objects.filter(asker=user).order_by("pk")
    for row in asked.values("post_id", "message", "state", "asked_at", "answered_at"):
        yield {"kind": "prompt"} | row


def _statements(user: User) -> Rows:
    for row in Statement.objects.filter(person=user).select_related("appeal").order_by("pk"):
        appeal = getattr(row, "appeal", None)
        yield {
            "restriction": row.restriction,
            "post_id": row.post_id,
            "comment_id": row.comment_id,
            "rule": row.rule,
            "facts": row.facts,
            "detection": row.detection,
            "automated": row.automated,
            "state": row.state,
            "at": row.at,
            "appealable_until": row.appealable_until,
            "appeal": {"text": appeal.text, "at": appeal.at} if appeal else None,
        }
