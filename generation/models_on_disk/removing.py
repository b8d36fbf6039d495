"""Take a model out, switch it off and on, make it the default. Files are never touched; what was drawn stays."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from gallery.models.user import Role
from generation.models import Checkpoint, Resource
from generation.models.checkpoint import CheckpointState
from generation.models_on_disk.refusals import ModelRefused


def remove(row: Checkpoint | Resource) -> bool:
    """Forget a model. False when requests were made with it: then it is switched off, so that they keep their recipe.

    The bundled model comes back at the next start, so it is switched off as well.
    """
    if isinstance(row, Checkpoint) and is_bundled(row):
        switch(row, on=False)
        return False
    try:
        with transaction.atomic():
            _lock_all()
            row.delete()
            if isinstance(row, Checkpoint) and row.is_default:
                _choose_default()
    except ProtectedError:
        switch(row, on=False)
        return False
    return True


def switch(row: Checkpoint | Resource, *, on: bool) -> None:
    """Let a model be asked for, or not. Switched on, it is taken at its word; a check says whether it is sound."""
    row.state = CheckpointState.READY if on else CheckpointState.DISABLED
    with transaction.atomic():
        _lock_all()
        row.save(update_fields=["state"])
        if isinstance(row, Checkpoint) and row.is_default and not on:
            Checkpoint.objects.filter(pk=row.pk).update(is_default=False)
            row.is_default = False
            _choose_default()


def make_default(row: Checkpoint) -> None:
    """Draw with this model unless somebody chooses another one. Raises `ModelRefused` for one that not all may use."""
    with transaction.atomic():
        # Locked, so that nobody closes it to members in the same moment.
        concerned = Checkpoint.objects.select_for_update().filter(Q(pk=row.pk) | Q(is_default=True)).order_by("pk")
        if any(each.pk == row.pk and each.min_role != Role.MEMBER for each in list(concerned)):
            raise ModelRefused(
                _("Only a model that all members may use can be the default. Change who may use “%(name)s” first.")
                % {"name": row.name},
                "min_role",
            )
        Checkpoint.objects.filter(is_default=True).update(is_default=False)
        Checkpoint.objects.filter(pk=row.pk).update(is_default=True)
    row.is_default = True


def refuse_closing(row: Checkpoint, min_role: str) -> None:
    """Raise `ModelRefused` for the default model, when `min_role` would keep members from using it."""
    if row.is_default and min_role != Role.MEMBER:
        raise ModelRefused(
            _("“%(name)s” is the default, so all members may use it. Make another model the default first.")
            % {"name": row.name},
            "min_role",
        )


def is_bundled(row: Checkpoint) -> bool:
    """Whether it is the model that every start installs."""
    return row.path == str(settings.BUNDLED_MODEL_DIR)


def default_now() -> str:
    """Say which model is the default, for whoever has just taken the last one away."""
    chosen = Checkpoint.objects.filter(is_default=True).first()
    if chosen is not None:
        return _("“%(name)s” is the default now.") % {"name": chosen.name}
    return _(
        "No model is the default now. To choose one, open its page in “Manage models” and press “Make it the default”; "
        "it must be switched on, and all members must be allowed to use it."
    )


def _lock_all() -> None:
    """Hold all checkpoints' rows, in one order: the default may move from any of them to any other."""
    list(Checkpoint.objects.order_by("pk").select_for_update().values_list("pk"))


def _choose_default() -> None:
    """Another model that everybody may use becomes the default one, if there is any.

    One on disk where there is one: its files were looked at, whereas an image server may never have answered.
    """
    candidates = Checkpoint.objects.filter(state=CheckpointState.READY, min_role=Role.MEMBER)
    # Models on disk have no endpoint, and the empty string sorts before every address.
    next_one = candidates.order_by("endpoint", "name", "slug").first()
    if next_one is not None and not Checkpoint.objects.filter(is_default=True).exists():
        make_default(next_one)
