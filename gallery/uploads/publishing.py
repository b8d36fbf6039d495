"""A picture that was sent becomes a post, labelled by what its file shows before what its author says."""

from collections.abc import Iterable

from django.db import transaction

from gallery import posts
from gallery.errors import Invalid
from gallery.ingest import find_duplicate
from gallery.labels.acts import declare
from gallery.labels.evidence import label_from
from gallery.models import Asset, Post, User
from gallery.models.post import AiEvidence, AiLevel, PostStatus, PromptVisibility
from gallery.post_state import EDITABLE, checked_choice
from gallery.provenance import Recipe
from gallery.recipes.rows import State, named_by_machine
from gallery.uploads.evidence import evidence_of


@transaction.atomic
def publish_sent(
    author: User,
    asset: Asset,
    *,
    tags: Iterable[str],
    rating: str,
    level: str | None = None,
    prompt_visibility: str = PromptVisibility.VISIBLE,
    title: str = "",
    commentary: str = "",
    source: str = "",
    parent: Post | None = None,
    recipe: Recipe | None = None,
) -> Post:
    """Make the post of an asset that was sent; asked again, it returns the post made first.

    `level` is what the author declares; it can say more than the file shows, not less. `recipe` is used where the file
    tells of none. A picture that is posted already isn't posted again: where the author can see that post, `Invalid`
    says which it is. Where it was taken down or is held back, the new one waits for a moderator; where it is merely
    filtered from the author, the new one is a picture like any other, and moderators find the pair. Raises what
    `posts.publish` and `declare` raise.
    """
    again = Post.objects.filter(asset=asset).first()
    same = find_duplicate(author, pixel_sha256=asset.pixel_sha256)
    if again is None and same.post is not None and same.post.status in EDITABLE:
        raise Invalid("already_posted", id=same.post.pk)
    declared = AiLevel(checked_choice(level, AiLevel, "unknown_ai_level")) if level else None
    evidence = evidence_of(asset)
    found_level, ground = label_from(evidence.marks, declared)
    if ground == AiEvidence.DECLARED and found_level == AiLevel.HUMAN and recipe and named_by_machine(State(recipe)):
        raise Invalid("label_against_recipe", label=AiLevel.HUMAN.label)
    post = posts.publish(
        author,
        asset,
        recipe=evidence.recipe or recipe,
        raw=evidence.raw,
        rest=evidence.rest,
        tags=tags,
        rating=rating,
        prompt_visibility=prompt_visibility,
        title=title,
        commentary=commentary,
        source=source,
        ai_level=found_level,
        ai_evidence=ground,
        parent=parent,
        status=PostStatus.PENDING if same.waits else PostStatus.ACTIVE,
    )
    if again is None and declared is not None and declared != found_level:
        post = declare(author, post, declared)
    return post
