"""Plain functions that make what a test needs, through the product's own doors."""

from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image

from gallery import posts
from gallery.ingest import make_asset as ingest
from gallery.models import Asset, Post, User
from gallery.models.user import Role
from gallery.provenance import Recipe
from generation.engine import Finished
from generation.finishing import finish
from generation.lab.axes import read_axis
from generation.lab.drawing import draw as draw_lab
from generation.masks import keep_mask
from generation.models import Checkpoint, GenerationRequest, Job, JobPreview, Lab, LabCell, Mask, Resource, Take
from generation.models.queue import JobState
from generation.queueing.leases import Lease
from generation.requests import submit

_numbers = count(1)

# The tags that the site sets by itself on posts of `make_post`: the pictures are small, their model is "tiny".
SET_BY_SITE = frozenset({"lowres", "tiny"})

PASSWORD = "correct horse battery staple"


def make_user(name: str = "", *, role: str = Role.MEMBER, shown_ratings: Iterable[str] = ("g",), **fields: Any) -> User:
    """An account with `PASSWORD`; a name of its own unless one is given."""
    return User.objects.create_user(
        username=name or f"user{next(_numbers)}",
        password=PASSWORD,
        role=role,
        shown_ratings=list(shown_ratings),
        **fields,
    )


def make_image(width: int = 64, height: int = 48, color: tuple[int, int, int] | None = None) -> Image.Image:
    """A small picture of one colour with one different pixel, so that no two are the same."""
    number = next(_numbers)
    image = Image.new("RGB", (width, height), color or (number % 200 + 20, number // 200 % 256, 120))
    image.putpixel((0, 0), (number % 256, number // 256 % 256, 255))
    return image


def make_recipe(**fields: Any) -> Recipe:
    """A whole recipe; `fields` replace parts of it."""
    whole: dict[str, Any] = {
        "prompt": "1girl, red hair",
        "negative_prompt": "blurry",
        "model_name": "tiny",
        "model_hash": "0123456789abcdef" * 4,
        "sampler": "Euler a",
        "scheduler": "Karras",
        "steps": 20,
        "cfg": 7.0,
        "seed": 42,
        "width": 64,
        "height": 48,
    }
    return Recipe(**(whole | fields))


def make_asset(owner: User | None = None, *, image: Image.Image | None = None, recipe: Recipe | None = None) -> Asset:
    """An asset with its files below MEDIA_ROOT."""
    return ingest(owner or make_user(), image or make_image(), recipe or make_recipe())


def make_asset_row(owner: User, *, width: int = 64, height: int = 48) -> Asset:
    """An asset without files, for tests that need many posts and look at no picture."""
    return Asset.objects.create(
        owner=owner, width=width, height=height, pixel_sha256=f"{next(_numbers):064x}", dominant_color="#102030"
    )


def make_post(
    author: User | None = None,
    *,
    tags: Iterable[str] = ("1girl",),
    rating: str = "g",
    status: str = "active",
    recipe: Recipe | None = None,
    asset: Asset | None = None,
    **fields: Any,
) -> Post:
    """A published post; `status` other than active is set on the row as moderators' acts would leave it."""
    author = author or (asset.owner if asset else make_user())
    recipe = recipe or make_recipe()
    asset = asset or make_asset(author, recipe=recipe)
    post = posts.publish(author, asset, recipe=recipe, tags=tags, rating=rating, **fields)
    if status != "active":
        with transaction.atomic():
            posts.set_status(post, posts.PostStatus(status))
    return post


def make_checkpoint(slug: str = "small", **fields: Any) -> Checkpoint:
    """The row of a model without files: it can be asked for, not drawn with. The first is the default."""
    whole: dict[str, Any] = {
        "name": slug.title(),
        "family": "sd1",
        "path": f"/nowhere/{slug}",
        "sha256": "fedcba9876543210" * 4,
        "native_width": 64,
        "native_height": 64,
        "min_side": 64,
        "max_side": 256,
        "side_multiple": 8,
        "max_steps": 50,
        "default_sampler": "Euler",
        "abilities": ["txt2img", "img2img", "inpaint"],
        "known_tags": ["1girl"],
        "example_prompts": ["1girl, smile"],
        "is_default": fields.get("min_role", "member") == "member"
        and not Checkpoint.objects.filter(is_default=True).exists(),
    }
    return Checkpoint.objects.create(slug=slug, **(whole | fields))


def make_resource(slug: str = "detail", **fields: Any) -> Resource:
    """The row of a LoRA (or what `kind` says) without a file."""
    whole: dict[str, Any] = {
        "kind": "lora",
        "name": slug.title(),
        "family": "sd1",
        "path": f"/nowhere/{slug}",
        "sha256": f"{next(_numbers):064x}",
    }
    return Resource.objects.create(slug=slug, **(whole | fields))


def make_request(user: User, *, checkpoint: Checkpoint | None = None, **wanted: Any) -> GenerationRequest:
    """A request with its waiting jobs."""
    model = checkpoint or Checkpoint.objects.order_by("-is_default").first() or make_checkpoint()
    return submit(user, {"model": model, "prompt": "1girl, smile", "seed": 7} | wanted, f"factory-{next(_numbers)}")


def make_lab(user: User, *, columns: str = "guidance", values: str = "3, 7", **wanted: Any) -> Lab:
    """A comparison of one row with its waiting jobs."""
    model = Checkpoint.objects.order_by("-is_default").first() or make_checkpoint()
    base = {"model": model, "prompt": "1girl, smile", "seed": 7} | wanted
    return draw_lab(user, base, read_axis(user, columns, values, base), None, f"factory-{next(_numbers)}")


def draw_cell(cell: LabCell, image: Image.Image | None = None) -> Take:
    """The picture of a waiting cell comes out."""
    job = cell.request.jobs.select_related("request__checkpoint", "user").get()
    picture = image or make_image(job.request.width, job.request.height)
    finish(job, start_job(job), Finished(job.pk, picture, job.steps_total, (1,) * job.steps_total))
    return Take.objects.get(job=job)


def start_job(job: Job, preview: bytes = b"") -> Lease:
    """queued → running, as a claim leaves it; with its newest `preview`, if there is one."""
    job.state, job.fence, job.lease_owner = JobState.RUNNING, job.fence + 1, "a worker"
    job.started_at, job.lease_until = timezone.now(), timezone.now() + timedelta(minutes=5)
    job.save()
    if preview:
        JobPreview.objects.create(job=job, step=1, image=preview)
    return Lease(job.pk, job.fence)


def make_mask(user: User, width: int = 64, height: int = 64) -> Mask:
    """A mask whose left half is painted anew."""
    image = Image.new("L", (width, height), 0)
    image.paste(255, (0, 0, width // 2, height))
    out = BytesIO()
    image.save(out, "PNG")
    return keep_mask(user, BytesIO(out.getvalue()), len(out.getvalue()))


def make_take(user: User, *, image: Image.Image | None = None, **wanted: Any) -> Take:
    """A finished picture of `user` that nobody else knows of; `wanted` are parts of its request."""
    job = make_request(user, **wanted).jobs.select_related("request__checkpoint", "user").get()
    picture = image or make_image(job.request.width, job.request.height)
    finish(job, start_job(job), Finished(job.pk, picture, job.steps_total, (1,) * job.steps_total))
    return Take.objects.get(job=job)


def make_take_row(user: User, prompt: str = "1girl, red hair", **fields: Any) -> Take:
    """A take of `user` without files, brought from elsewhere, for tests that look at no picture.

    `width` and `height` are those of its picture; `recipe` adds to its recipe; the rest are columns.
    """
    size = {side: fields.pop(side, 64) for side in ("width", "height")}
    recipe = make_recipe(prompt=prompt).to_dict() | fields.pop("recipe", {})
    whole = {"kind": "imported", "asset": make_asset_row(user, **size), "recipe": recipe} | fields
    if whole.get("flag", "none") != "none":
        whole.setdefault("flagged_at", timezone.now())
    return Take.objects.create(owner=user, **whole)
