"""The tables of the gallery and of tags that the owner can look into."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from gallery.back_office.site import ReadOnly, register
from gallery.models import (
    AccountDeletion,
    Appeal,
    AuditLink,
    BulkUpdateRequest,
    Case,
    HashList,
    ImportRun,
    ModerationAction,
    Post,
    RefusalRule,
    Statement,
    TagFloor,
    UploadAllowance,
    User,
)
from gallery.models.post import PostStatus
from tagging.models import Tag


class Accounts(ReadOnly):
    """Roles are given and accounts disabled on the site's pages, which log it."""

    list_display = ("username", "role", "is_active", "date_joined", "last_login", "deleted_at")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email")
    fields = ("username", "email", "role", "is_active", "date_joined", "last_login", "deleted_at", "zone")


class Posts(ReadOnly):
    """Without what is in quarantine, which nobody is shown."""

    list_display = ("id", "author", "status", "rating", "ai_level", "created_at")
    list_filter = ("status", "rating", "ai_level")
    list_select_related = ("author",)
    fields = ("author", "title", "status", "rating", "ai_level", "ai_evidence", "tag_count", "source", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All but quarantined ones."""
        return super().get_queryset(request).exclude(status=PostStatus.QUARANTINED)


class Log(ReadOnly):
    """The database itself refuses changes."""

    list_display = ("id", "at", "actor", "kind", "post_id", "subject", "reason")
    list_filter = ("kind",)
    list_select_related = ("actor", "subject")
    search_fields = ("reason",)
    fields = ("at", "actor", "kind", "post_number", "subject", "reason", "details")
    readonly_fields = ("post_number",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All, and the post as a number: its page says who may see it."""
        return [*super().get_readonly_fields(request, obj), "post_number"]

    def post_number(self, act: ModerationAction) -> str:
        """The number of the post."""
        return str(act.post_id or "")


class Chain(ReadOnly):
    """The chain that the log is."""

    list_display = ("number", "act_id", "digest")
    fields = ("number", "digest")


class Cases(ReadOnly):
    """What waits for moderators, and what they decided."""

    list_display = ("id", "kind", "state", "post_id", "person", "opened_at", "decided_by", "outcome")
    list_filter = ("kind", "state", "outcome")
    list_select_related = ("person", "decided_by")
    fields = ("kind", "state", "person", "urgency", "opened_at", "claimed_by", "decided_by", "decided_at", "outcome",
              "reason")  # fmt: skip


class Statements(ReadOnly):
    """Statements of reasons."""

    list_display = ("id", "person", "restriction", "rule", "state", "at")
    list_filter = ("restriction", "rule", "state")
    list_select_related = ("person",)
    fields = ("person", "restriction", "rule", "facts", "detection", "automated", "state", "at", "appealable_until")


class Appeals(ReadOnly):
    """What was said against them."""

    list_display = ("id", "at", "text")
    fields = ("at", "text")


class Allowances(ReadOnly):
    """What somebody sent today; lower the numbers to let them send more."""

    list_display = ("user", "day", "files", "size_bytes")
    list_select_related = ("user",)
    fields = ("user", "day", "files", "size_bytes")
    writable = ("files", "size_bytes")


class Tags(ReadOnly):
    """Tags are changed on their pages, which keep what follows from them right."""

    list_display = ("name", "category", "post_count")
    list_filter = ("category",)
    search_fields = ("name",)


class Deletions(ReadOnly):
    """Who is about to leave."""

    list_display = ("user", "posts", "asked_at", "due_at")
    list_select_related = ("user",)


def register_tables() -> None:
    """Show them all."""
    for model, admin in (
        (User, Accounts),
        (Post, Posts),
        (ModerationAction, Log),
        (AuditLink, Chain),
        (Case, Cases),
        (Statement, Statements),
        (Appeal, Appeals),
        (UploadAllowance, Allowances),
        (AccountDeletion, Deletions),
        (Tag, Tags),
        (RefusalRule, ReadOnly),
        (HashList, ReadOnly),
        (TagFloor, ReadOnly),
        (BulkUpdateRequest, ReadOnly),
        (ImportRun, ReadOnly),
        (LogEntry, ReadOnly),
    ):
        register(model, admin)
