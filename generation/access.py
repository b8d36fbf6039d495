"""Who may use a model: one rule for checkpoints and resources, for every page, request and list.

Whoever has the row's role or a higher one may, and whoever it names. To anybody else it doesn't exist.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from gallery.models import User
from gallery.models.user import Role
from generation.models import Checkpoint, Resource

Viewer = User | AnonymousUser | None


def usable_by(viewer: Viewer, model: type[Checkpoint] | type[Resource]) -> Q:
    """The rows of `model` that `viewer` may use. A visitor sees what every member may use, to know what to join for."""
    ranks = list(Role.values)
    if viewer is None or not viewer.is_authenticated:
        return Q(min_role=Role.MEMBER)
    rank = ranks.index(viewer.acting_role)
    through = model.allowed_users.through
    named = through.objects.filter(**{f"{model._meta.model_name}_id": OuterRef("pk"), "user_id": viewer.pk})
    return Q(min_role__in=ranks[: rank + 1]) | Q(Exists(named))


def may_use(viewer: Viewer, row: Checkpoint | Resource) -> bool:
    """Whether `viewer` may use this one."""
    model = type(row)
    return model._default_manager.filter(usable_by(viewer, model), pk=row.pk).exists()


def may_manage(viewer: Viewer) -> bool:
    """Whether `viewer` may add, change and remove models."""
    return isinstance(viewer, User) and viewer.is_admin
