"""Pages on which admins and the owner add, change, check and remove models."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.models.user import Role
from generation.access import may_manage
from generation.image_servers import WantedServer, add_server, named_on_page
from generation.model_forms import AddModelForm, AddServerForm, CheckpointForm, ResourceForm
from generation.models import Checkpoint, Resource
from generation.models.resource import ResourceKind
from generation.models_on_disk.adding import Wanted, add
from generation.models_on_disk.checking import check
from generation.models_on_disk.defaults import base_name
from generation.models_on_disk.paths import below_root, offered, root
from generation.models_on_disk.refusals import ModelRefused
from generation.models_on_disk.removing import default_now, is_bundled, make_default, remove, switch
from generation.models_on_disk.routing import known_classes
from generation.views.edge import MemberRequest

Row = Checkpoint | Resource
SERVER = "server"
"""What the names of the fields of the form for image servers begin with."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage_models(request: MemberRequest) -> HttpResponse:
    """All models with their states; POST adds the file, folder or image server that it names, or checks all."""
    if not may_manage(request.user):
        return render(request, "errors/403.html", status=403)
    form = AddModelForm(initial={"path": request.GET.get("path", "")[:500]})
    server_form = AddServerForm(prefix=SERVER)
    if request.method == "POST" and request.POST.get("act") == "check":
        found = [check(row, fast=True) for row in _rows() if row.path]
        bad = [each for each in found if each.problem]
        if bad:
            messages.error(
                request, _("Not to be used: %(names)s.") % {"names": ", ".join(str(each.row) for each in bad)}
            )
        else:
            messages.success(request, _("All files are as they were."))
        return redirect("generation:manage_models")
    if request.method == "POST" and request.POST.get("act") == "server":
        server_form = AddServerForm(request.POST, prefix=SERVER)
        server = _added_server(server_form)
        if server is not None:
            messages.success(
                request,
                _("“%(name)s” is added. Its sizes and steps are guesses: set what the server really draws.")
                % {"name": server.name},
            )
            return redirect("generation:manage_model", _kind(server), server.pk)
    elif request.method == "POST":
        form = AddModelForm(request.POST)
        row = _added(form)
        if row is not None:
            messages.success(request, _("“%(name)s” is added (%(hash)s).") % {"name": row.name, "hash": row.short_hash})
            return redirect("generation:manage_model", _kind(row), row.pk)
    context = {
        "form": form,
        "server_form": server_form,
        "classes": known_classes(),
        "rows": [(row, _kind(row), _kind_label(row), base_name(row.family)) for row in _rows()],
        "offered": offered(),
        "root": root(),
    }
    wrong = form.errors or server_form.errors
    return render(request, "generation/manage_models.html", context, status=422 if wrong else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage_model(request: MemberRequest, kind: str, key: int) -> HttpResponse:
    """One model: its form; POST saves it, or does what its other buttons say."""
    if not may_manage(request.user):
        return render(request, "errors/403.html", status=403)
    row = _row(kind, key)
    form_class: Any = CheckpointForm if isinstance(row, Checkpoint) else ResourceForm
    form = form_class(instance=row)
    if request.method == "POST":
        act = request.POST.get("act", "save")
        if act != "save":
            return _act(request, row, act)
        with transaction.atomic():
            # Locked, so that what is checked here is so when it is written.
            form = form_class(request.POST, instance=_row(kind, key, locked=True))
            if form.is_valid():
                form.save()
                messages.success(request, _("Saved."))
                return redirect("generation:manage_model", kind, key)
        row = _row(kind, key)  # the heading shows what is stored, not what was typed
    context = {
        "row": row,
        "form": form,
        "kind": kind,
        "kind_label": _kind_label(row),
        "base": base_name(row.family),
        "is_checkpoint": isinstance(row, Checkpoint),
        "may_be_default": isinstance(row, Checkpoint) and row.min_role == Role.MEMBER,
        "classes": known_classes(),
        "bundled": isinstance(row, Checkpoint) and is_bundled(row),
    }
    return render(request, "generation/manage_model.html", context, status=422 if form.errors else 200)


def _added(form: AddModelForm) -> Row | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        return add(
            Wanted(
                path=below_root(said["path"]),
                kind=said["kind"],
                name=said["name"],
                base=said["base"],
                licence=said["licence"],
                trigger_words=said["trigger_words"].split(","),
                min_role=said["min_role"],
                users=said["users"].split(","),
                vae=said["vae"],
                device_class=said["device_class"],
            )
        )
    except ModelRefused as refusal:
        form.refuse(refusal)
        return None


def _added_server(form: AddServerForm) -> Checkpoint | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        return add_server(
            WantedServer(
                endpoint=said["endpoint"],
                model=said["model"],
                key_variable=named_on_page(said["key_variable"]),
                name=said["name"],
                licence=said["licence"],
                trigger_words=said["trigger_words"].split(","),
                min_role=said["min_role"],
                users=said["users"].split(","),
                device_class=said["device_class"],
            )
        )
    except ModelRefused as refusal:
        form.refuse(refusal)
        return None


def _act(request: MemberRequest, row: Row, act: str) -> HttpResponse:
    here = redirect("generation:manage_model", _kind(row), row.pk)
    was_default = isinstance(row, Checkpoint) and row.is_default
    if act == "check":
        found = check(row)
        if found.problem:
            messages.error(request, found.problem)
        else:
            messages.success(request, _("All files are as they were when the model was added."))
    elif act in ("on", "off"):
        switch(row, on=act == "on")
        if act == "on" and (problem := check(row, fast=True).problem):
            messages.error(request, problem)
            return here
        said = _("“%(name)s” is switched on.") if act == "on" else _("“%(name)s” is switched off.")
        messages.success(request, said % {"name": row.name})
        if act == "off" and was_default:
            messages.info(request, default_now())
    elif act == "default" and isinstance(row, Checkpoint) and row.state == "ready":
        try:
            make_default(row)
        except ModelRefused as refusal:
            messages.error(request, refusal.message)
            return here
        messages.success(request, _("“%(name)s” draws unless somebody chooses another model.") % {"name": row.name})
    elif act == "remove":
        gone = remove(row)
        if gone:
            messages.success(request, _("“%(name)s” is removed. Its files are where they were.") % {"name": row.name})
        else:
            messages.warning(
                request,
                _("“%(name)s” is switched off and stays in the list: something needs it, or it came with the site.")
                % {"name": row.name},
            )
        if was_default:
            messages.info(request, default_now())
        if gone:
            return redirect("generation:manage_models")
    else:
        raise Http404
    return here


def _rows() -> list[Row]:
    resources = Resource.objects.order_by("kind", "name")
    return [*Checkpoint.objects.order_by("-is_default", "name"), *resources]


def _row(kind: str, key: int, *, locked: bool = False) -> Row:
    if kind == "checkpoint":
        checkpoints = Checkpoint.objects.select_for_update() if locked else Checkpoint.objects.all()
        return get_object_or_404(checkpoints, pk=key)
    resources = Resource.objects.select_for_update() if locked else Resource.objects.all()
    return get_object_or_404(resources, kind=kind if kind in ResourceKind.values else "", pk=key)


def _kind(row: Row) -> str:
    return "checkpoint" if isinstance(row, Checkpoint) else str(row.kind)


def _kind_label(row: Row) -> str:
    return _("Model") if isinstance(row, Checkpoint) else str(row.get_kind_display())
