"""A claimed job, put into the words of the engine: files instead of rows."""

from collections.abc import Callable, Hashable
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

from django.db.models import Model
from PIL import Image, UnidentifiedImageError

from gallery import ingest
from gallery.models import Asset, Post
from gallery.storing import OutOfReach
from gallery.visibility import open_to
from generation import masks
from generation.checkpoints import address_of
from generation.door.additions import weights_of
from generation.engine import EmbeddingUse, EngineJob, HiresFix, LoraUse
from generation.engine.prompt_syntax import parse
from generation.errors import JobImpossible
from generation.models import GenerationRequest, Job, Mask, Resource
from generation.models.queue import PromptSyntax
from generation.models.resource import ResourceKind
from generation.models_on_disk.paths import path_of
from generation.prompt_terms import without_loras, words_among
from generation.shapes import enlarged
from generation.usable import called

Row = TypeVar("Row", Asset, Mask)

PREVIEW_EVERY = 3
SCALES_ITSELF = frozenset({"IFPipeline"})
"""Families whose first stage draws smaller than the job: source and mask are scaled to that in one go."""

# Up to eight pictures of a request draw over the same source, which may have 40 megapixels.
_held: WeakValueDictionary[tuple[type[Model], int], Image.Image] = WeakValueDictionary()


def engine_job(job: Job, key: Hashable) -> EngineJob:
    """The engine's job of the id `key`. Raises `JobImpossible` when its source is gone, `OutOfReach` when no file can
    be had at this moment."""
    request = job.request
    source, mask, mask_blur = _source(request)
    return EngineJob(
        id=key,
        checkpoint=address_of(request.checkpoint),
        prompt=without_loras(job.prompt),
        negative_prompt=job.negative_prompt,
        width=request.width,
        height=request.height,
        steps=request.steps,
        sampler=request.sampler,
        guidance=request.guidance,
        seed=job.seed,
        preview_every=PREVIEW_EVERY,
        exact=request.exact,
        syntax=syntax_of(request),
        clip_skip=request.clip_skip,
        loras=loras_of(job),
        embeddings=_embeddings(job),
        vae=str(path_of(vae)) if (vae := vae_of(request)) else "",
        source=source,
        mask=mask,
        mask_blur=mask_blur,
        hires=_second_pass(request),
        **_painting(request),
    )


def syntax_of(request: GenerationRequest) -> Literal["a1111", "novelai"]:
    """How the request's prompts are to be read."""
    return "novelai" if request.syntax == PromptSyntax.NOVELAI else "a1111"


def vae_of(request: GenerationRequest) -> Resource | None:
    """The VAE that the request chose, else the model's usual one; None for the model's own."""
    return request.vae or request.checkpoint.default_vae


def uses_of(job: Job) -> list[tuple[Resource, float, float]]:
    """The LoRAs of this very picture with their weights for denoiser and text encoder, in the prompt's order.

    Pictures of one request differ where its wildcards draw LoRAs.
    """
    known = _uses(job.request, ResourceKind.LORA)
    networks = parse(job.prompt, syntax_of(job.request)).networks if known else ()
    # What the door found among all, it is among these too: the one rule puts the same one first.
    found = [(called(network.name, known), network) for network in networks]
    return [(lora, *weights_of(network, lora)) for lora, network in found if lora is not None]


def embeddings_of(job: Job) -> list[tuple[str, Resource]]:
    """The words of this picture's texts that embeddings stand behind, as they are written there."""
    text = f"{job.prompt}\n{job.negative_prompt}"
    found = _uses(job.request, ResourceKind.EMBEDDING)
    return [(word, one) for one in found for word in words_among(text, [one.slug])]


def loras_of(job: Job) -> tuple[LoraUse, ...]:
    """The same, as the engine takes them."""
    return tuple(LoraUse(str(path_of(lora)), weight, text) for lora, weight, text in uses_of(job))


def _embeddings(job: Job) -> tuple[EmbeddingUse, ...]:
    return tuple(EmbeddingUse(word, str(path_of(one))) for word, one in embeddings_of(job))


def _uses(request: GenerationRequest, kind: ResourceKind) -> list[Resource]:
    return [use.resource for use in request.resources.select_related("resource") if use.resource.kind == kind]


def _second_pass(request: GenerationRequest) -> HiresFix | None:
    if request.hires_scale is None or request.hires_steps is None or request.hires_strength is None:
        return None
    width, height = enlarged(request.width, request.height, request.hires_scale, request.checkpoint)
    return HiresFix(
        width=width,
        height=height,
        steps=request.hires_steps,
        strength=request.hires_strength,
        upscaler="lanczos" if request.hires_upscaler == "lanczos" else "latent",
    )


def _painting(request: GenerationRequest) -> dict[str, Any]:
    if request.strength is None:
        return {}
    return {
        "strength": request.strength,
        "masked_content": request.masked_content,
        "only_masked": request.only_masked,
    }


def _may_see_source(request: GenerationRequest, asset: Asset) -> bool:
    """False where the post that it came from was hidden since, by a moderator or its author, or its row is gone. Their
    own filter is no reason: that they asked for this post all the same is known to their browser alone."""
    if request.source_post_id is None:
        return asset.owner_id == request.user_id
    return Post.objects.filter(open_to(request.user), pk=request.source_post_id).exists()


def _shared(row: Row, read: Callable[[Row], Image.Image]) -> Image.Image:
    """The picture of a row, which never changes: the same one for as long as a job in the engine holds it."""
    name = (type(row), row.pk)
    image = _held.get(name)
    if image is None:
        image = _held[name] = read(row)
    return image


def _source(request: GenerationRequest) -> tuple[Image.Image | None, Image.Image | None, int]:
    """Source, mask and the blur that the mask needs; no larger than they are drawn, as many jobs wait in memory."""
    asset, blur = request.source_asset, request.mask_blur
    if asset is None:
        return None, None, blur
    if not _may_see_source(request, asset):
        raise JobImpossible("source_gone")
    try:
        source = _shared(asset, ingest.picture_of)
        mask = _shared(request.mask, masks.picture_of) if request.mask else None
    except OutOfReach:
        raise  # another time they can be read
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise JobImpossible("source_unreadable") from error
    from generation.engine.canvas import as_drawn, outpaint  # need numpy, which the web process does without

    if request.outpaint:
        left, top, right, bottom = request.outpaint
        source, mask = outpaint(source, left, top, right, bottom)
    size = (request.width, request.height)
    if request.only_masked is not None or request.checkpoint.family in SCALES_ITSELF:
        return source, mask, blur
    if mask is not None and request.checkpoint.endpoint:
        # The mask goes to the server with hard edges, and is blurred in the size that is drawn.
        source, mask, _none_left = as_drawn(source, mask, 0, size)
        return source, mask, blur
    return as_drawn(source, mask, blur, size)
