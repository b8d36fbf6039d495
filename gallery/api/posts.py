"""Posts as JSON, with Danbooru's names for what both have."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, prefetch_related_objects

from gallery.cards import media_url, preview_file
from gallery.community.comment_visibility import counts_below
from gallery.credits import sources_among
from gallery.downloads import signed_media_url
from gallery.models import Post, PostGeneration, User
from gallery.models.asset import Variant
from gallery.models.post import PostStatus, PromptVisibility
from gallery.pictures.variants import SIDES
from gallery.recipes.rows import State
from gallery.visibility import Viewer, blurred_among, reachable_posts, readable_among, signed_in, visible_posts
from tagging.models import Category, Tag

CATEGORIES = {
    Category.GENERAL: "general",
    Category.ARTIST: "artist",
    Category.COPYRIGHT: "copyright",
    Category.CHARACTER: "character",
    Category.META: "meta",
    Category.MODEL: "model",
}
DELETED = frozenset({PostStatus.REMOVED, PostStatus.WITHDRAWN, PostStatus.APPEALED, PostStatus.QUARANTINED})
PREVIEW, SAMPLE = SIDES["180"], SIDES["sample"]
Absolute = Callable[[str], str]
Address = Callable[[Post, str, str], str]
"""Of a post's file, by variant and extension."""


def posts_as_json(posts: Iterable[Post], viewer: Viewer, absolute: Absolute) -> list[dict[str, Any]]:
    """Posts that this viewer may see, each with asset, author, stats and files loaded.

    Ten queries for all of them at most: how they were made, their tags, their parents, who has children, what they
    are remixes of, how many comments they have, whose prompt may be read and whose files everybody may have. Parents,
    children and sources that the viewer may not see are not told of. `absolute` makes whole addresses of paths. Those
    of files that visitors aren't given are signed, for programs without cookies.
    """
    listed = list(posts)
    prefetch_related_objects(listed, Prefetch("generation", PostGeneration.objects.defer("raw")))
    tags = Tag.objects.in_bulk({tag_id for post in listed for tag_id in post.tag_ids})
    parents = {post.parent_id for post in listed if post.parent_id}
    shown_parents = set(Post.objects.filter(reachable_posts(viewer), pk__in=parents).values_list("pk", flat=True))
    ids = [post.pk for post in listed]
    # Left unsorted and without repeats by the set, so that the index on `parent` is all that is read.
    with_children = set(
        Post.objects.filter(visible_posts(viewer), parent_id__in=ids).values_list("parent_id", flat=True)
    )
    remixed = sources_among(listed, viewer)
    commented = counts_below(ids)
    readable = readable_among(viewer, listed)
    blurred = blurred_among(viewer, listed)
    signs = _signing_for(viewer, listed, readable)
    return [
        {
            **_facts(post),
            **_tags(post, tags),
            **(
                _blurred_file(post, absolute, signs)
                if post.pk in blurred
                else _files(post, post.pk in readable, absolute, signs)
            ),
            "parent_id": post.parent_id if post.parent_id in shown_parents else None,
            "has_children": post.pk in with_children,
            "remix_of": remixed.get(post.pk),
            "comment_count": commented[post.pk],
            "ai": {"level": post.ai_level, "evidence": post.ai_evidence, "label": post.get_ai_level_display()},
            "generation": _generation(post, post.pk in readable),
        }
        for post in listed
    ]


def _facts(post: Post) -> dict[str, Any]:
    stats = post.stats
    return {
        "id": post.pk,
        "created_at": post.created_at.isoformat(),
        "updated_at": post.updated_at.isoformat(),
        "uploader_id": post.author_id,
        "uploader_name": post.author.username,
        "title": post.title,
        "commentary": post.commentary,
        "rating": post.rating,
        "status": post.status,
        "is_pending": post.status == PostStatus.PENDING,
        "is_flagged": post.status == PostStatus.FLAGGED,
        "is_deleted": post.status in DELETED,
        "score": stats.score,
        "up_score": stats.up_score,
        "down_score": stats.down_score,
        "fav_count": stats.fav_count,
        "source": post.source,
    }


def _tags(post: Post, tags: dict[int, Tag]) -> dict[str, Any]:
    mine = sorted((tags[tag_id] for tag_id in post.tag_ids if tag_id in tags), key=lambda tag: tag.name)
    fields: dict[str, Any] = {"tag_string": " ".join(tag.name for tag in mine), "tag_count": len(mine)}
    for category, word in CATEGORIES.items():
        names = [tag.name for tag in mine if tag.category == category]
        fields |= {f"tag_string_{word}": " ".join(names), f"tag_count_{word}": len(names)}
    return fields


def _files(post: Post, reads_prompt: bool, absolute: Absolute, signs: Address) -> dict[str, Any]:
    """The file that this viewer would be given: its size would tell how long a hidden prompt is. What was sent has
    none with a prompt that is kept."""
    kept = {file.variant: file.size_bytes for file in post.asset.files.all()}
    size = kept.get(Variant.ORIGINAL if reads_prompt else Variant.BARE, kept.get(Variant.BARE))
    return {
        "file_ext": post.file_type,
        "file_size": size,
        "image_width": post.width,
        "image_height": post.height,
        "file_url": absolute(signs(post, Variant.ORIGINAL, post.file_type)),
        "large_file_url": absolute(signs(post, *_large_file(post))),
        "preview_file_url": absolute(signs(post, *preview_file(post.asset, PREVIEW))),
    }


def _blurred_file(post: Post, absolute: Absolute, signs: Address) -> dict[str, Any]:
    """Of a post that the viewer's filter blurs there is one address, of a file that shows nothing but colours. The
    other keys are left out, as Danbooru does of files that it withholds: programs stumble over null."""
    return {
        "file_ext": post.file_type,
        "image_width": post.width,
        "image_height": post.height,
        "preview_file_url": absolute(signs(post, Variant.B360, "webp")),
        "is_blurred": True,
    }


def _large_file(post: Post) -> tuple[str, str]:
    """The sample; of a picture that isn't larger than one, the picture itself, as Danbooru has it."""
    if max(post.width, post.height) > SAMPLE:
        return preview_file(post.asset, SAMPLE)
    return Variant.ORIGINAL, post.file_type


def _signing_for(viewer: Viewer, listed: list[Post], readable: frozenset[int]) -> Address:
    """Plain addresses for what a visitor would be given too, signed ones for the rest."""
    if not isinstance(viewer, User) or not signed_in(viewer):
        return lambda post, variant, extension: media_url(post.asset, variant, extension)
    reader = viewer
    everybodys = Post.objects.filter(reachable_posts(AnonymousUser()), pk__in=[post.pk for post in listed])
    public = set(everybodys.values_list("pk", flat=True))

    def address(post: Post, variant: str, extension: str) -> str:
        # A visitor is given the original too, but another one: without the prompt.
        own = variant == Variant.ORIGINAL and post.pk in readable and post.prompt_visibility != PromptVisibility.VISIBLE
        if post.pk in public and not own:
            return media_url(post.asset, variant, extension)
        return signed_media_url(reader, post.asset, variant, extension)

    return address


def _generation(post: Post, reads: bool) -> dict[str, Any] | None:
    """How it was drawn, None where nobody knows. Prompts, seed, LoRAs and other keys only for those who may read the
    prompt."""
    recipe: PostGeneration | None = getattr(post, "generation", None)
    if recipe is None or (state := State.of(recipe)).says_nothing:
        return None
    told = state.recipe if reads else state.recipe.without_prompt()
    return {
        "prompt": recipe.prompt if reads else None,
        "negative_prompt": recipe.negative_prompt if reads else None,
        "seed": recipe.seed if reads else None,
        "loras": recipe.loras if reads else None,
        "rest": recipe.rest if reads else None,
        "axes": [axis.to_dict() for axis in told.axes],
        "model": recipe.model_name,
        "model_hash": recipe.model_hash,
        "sampler": recipe.sampler,
        "scheduler": recipe.scheduler,
        "steps": recipe.steps,
        "cfg": recipe.cfg,
        "denoise": recipe.denoise,
        "width": recipe.width,
        "height": recipe.height,
        "generator": recipe.generator,
        "generator_version": recipe.generator_version,
        "source": recipe.source,
        "version": recipe.version,
        "file_version": recipe.file_version,
    }
