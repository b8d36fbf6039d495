"""Models that an image server draws: they are rows with an address instead of a path (docs/image-servers.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from gallery.models.user import Role
from generation.engine.errors import EngineError
from generation.engine.limits import REMOTE
from generation.engine.remote.address import RemoteServer
from generation.engine.sampler_names import DEFAULT_SAMPLER
from generation.models import Checkpoint
from generation.models.checkpoint import Ability
from generation.models_on_disk.adding import free_slug, named_users, save_new, words
from generation.models_on_disk.refusals import ModelRefused
from generation.models_on_disk.routing import device_class

_SMALLEST, _NATIVE, _LARGEST, _MULTIPLE = 256, 1024, 2048, 16
_STEPS, _GUIDANCE = 28, 4.5
MAX_ENDPOINT, MAX_MODEL, MAX_VARIABLE = 500, 200, 100
"""Characters, as the columns of `Checkpoint` hold them."""
PAGE_KEYS = "IMAGE_SERVER_KEY"
"""What a variable's name begins with where a page names it: nobody can have another secret of the workers sent away."""


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
    device_class: str = ""


def named_on_page(variable: str) -> str:
    """The variable with the key that a page names. Raises `ModelRefused` for one that may hold something else."""
    if variable and not variable.startswith(PAGE_KEYS):
        raise ModelRefused(
            _(
                "Here the variable's name begins with %(prefix)s, such as %(prefix)s_GPU, so that no other secret of "
                "the workers is sent anywhere. Others: manage.py models add ADDRESS --key-variable NAME."
            )
            % {"prefix": PAGE_KEYS},
            "key_variable",
        )
    return variable


def add_server(wanted: WantedServer) -> Checkpoint:
    """Add a model that a server draws and return its row; the server isn't asked. Raises `ModelRefused`.

    Sizes and settings are what most models of today take, since no server tells; they can be changed on its page.
    """
    endpoint, model = wanted.endpoint.strip().rstrip("/"), wanted.model.strip()
    try:
        if len(endpoint) > MAX_ENDPOINT:
            raise EngineError("remote_address", endpoint=endpoint)
        RemoteServer(endpoint, model, wanted.key_variable).check()
    except EngineError:
        if "@" in endpoint:  # not quoted: what stands before it may be a password
            raise ModelRefused(
                _(
                    "An address holds no user name or password. Leave out what stands before the “@”; a key goes into "
                    "an environment variable of the workers."
                ),
                "endpoint",
            ) from None
        raise ModelRefused(
            _(
                "%(endpoint)s is no address of an image server. It begins with http:// or https://, names a host, and "
                "holds no user name, no “?” and no “#”: http://gpu:8000/v1, for example."
            )
            % {"endpoint": endpoint[:MAX_ENDPOINT]},
            "endpoint",
        ) from None
    parts = urlsplit(endpoint)  # HTTP://GPU and http://gpu are one server
    endpoint = parts._replace(netloc=parts.netloc.lower()).geturl()
    if len(model) > MAX_MODEL or "\0" in model:
        raise ModelRefused(_("No server calls a model by a name like this. Copy it from the server."), "model")
    known = Checkpoint.objects.filter(endpoint=endpoint, endpoint_model=model).first()
    if known is not None:
        raise ModelRefused(
            _("This model of this server was added before, as “%(name)s”.") % {"name": known.name}, "endpoint"
        )
    if wanted.key_variable and not (wanted.key_variable.isidentifier() and len(wanted.key_variable) <= MAX_VARIABLE):
        raise ModelRefused(
            _("Say the name of the environment variable that holds the key, not the key itself."), "key_variable"
        )
    if wanted.min_role not in Role.values:
        raise ModelRefused(_("There is no role “%(role)s”.") % {"role": wanted.min_role}, "min_role")
    routed = device_class(wanted.device_class, on_disk=False)
    allowed = named_users(wanted.users)
    name = (
        wanted.name.strip().replace("\0", "") or model.rpartition("/")[2] or urlsplit(endpoint).hostname or endpoint
    )[:200]
    row = Checkpoint(
        slug=free_slug(Checkpoint, wanted.slug, name, 60, allow_unicode=False),
        name=name,
        family=REMOTE,
        endpoint=endpoint,
        endpoint_model=model,
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
        device_class=routed,
        trigger_words=words(wanted.trigger_words),
        licence=wanted.licence.strip()[:200],
        min_role=wanted.min_role,
        is_default=not Checkpoint.objects.filter(is_default=True).exists() and wanted.min_role == Role.MEMBER,
    )
    save_new(row, allowed)
    return row
