"""Models that an image server draws: they are rows with an address instead of a path (docs/image-servers.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from gallery.models.user import Role
from generation.engine.errors import EngineError
from generation.engine.remote.address import RemoteServer
from generation.engine.sampler_names import DEFAULT_SAMPLER
from generation.models import Checkpoint
from generation.models.checkpoint import Ability
from generation.models_on_disk.adding import free_slug, named_users, save_new, words
from generation.models_on_disk.refusals import ModelRefused

FAMILY = "remote"
_SMALLEST, _NATIVE, _LARGEST, _MULTIPLE = 256, 1024, 2048, 16
_STEPS, _GUIDANCE = 28, 4.5


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedServer:
    """What whoever adds it says. model: what the server calls it. key_variable: the workers' variable with the key."""

    endpoint: str
    model: str = ""
    key_variable: str = ""
    name: str = ""
    slug: str = ""
    licence: str = ""
    trigger_words: Sequence[str] = ()
    min_role: str = Role.MEMBER
    users: Sequence[str] = ()


def add_server(wanted: WantedServer) -> Checkpoint:
    """Add a model that a server draws and return its row; the server isn't asked. Raises `ModelRefused`.

    Sizes and settings are what most models of today take, since no server tells; they can be changed on its page.
    """
    endpoint = wanted.endpoint.strip().rstrip("/")
    try:
        RemoteServer(endpoint, wanted.model, wanted.key_variable).check()
    except EngineError:
        raise ModelRefused(
            _(
                "%(endpoint)s is no address of an image server. It begins with http:// or https://, names a host, and "
                "holds no user name and no “?”: http://gpu:8000/v1, for example."
            )
            % {"endpoint": endpoint.rpartition("@")[2]}
        ) from None
    if Checkpoint.objects.filter(endpoint=endpoint, endpoint_model=wanted.model).exists():
        raise ModelRefused(_("This model of this server was added before."))
    if wanted.key_variable and not wanted.key_variable.isidentifier():
        raise ModelRefused(
            _("Say the name of the environment variable that holds the key, not the key itself."), "key_variable"
        )
    allowed = named_users(wanted.users)
    name = (wanted.name.strip() or wanted.model.rpartition("/")[2] or urlsplit(endpoint).hostname or endpoint)[:200]
    row = Checkpoint(
        slug=free_slug(Checkpoint, wanted.slug, name, 60, allow_unicode=False),
        name=name,
        family=FAMILY,
        endpoint=endpoint,
        endpoint_model=wanted.model,
        endpoint_key_variable=wanted.key_variable,
        native_width=_NATIVE,
        native_height=_NATIVE,
        min_side=_SMALLEST,
        max_side=_LARGEST,
        side_multiple=_MULTIPLE,
        max_steps=150,
        default_steps=_STEPS,
        default_guidance=_GUIDANCE,
        # The server's own draws; a recipe has to name one.
        default_sampler=DEFAULT_SAMPLER,
        samplers=[DEFAULT_SAMPLER],
        abilities=list(Ability.values),
        trigger_words=words(wanted.trigger_words),
        licence=wanted.licence.strip()[:200],
        min_role=wanted.min_role,
        is_default=not Checkpoint.objects.filter(is_default=True).exists() and wanted.min_role == Role.MEMBER,
    )
    save_new(row, allowed)
    return row
