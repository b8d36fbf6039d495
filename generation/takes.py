"""Takes: pictures that came out, private to their makers until they publish them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from gallery import posts
from gallery.credits import credit
from gallery.downloads import brought_label, drawn_label
from gallery.errors import Gone, UserFacingError
from gallery.labels.evidence import Label, label_from
from gallery.models import Post, User
from gallery.models.post import AiEvidence, AiLevel, PromptVisibility
from gallery.provenance import Recipe
from gallery.provenance.label import Label as FileLabel
from gallery.refusals.counting import counting
from gallery.uploads import publish_sent
from gallery.uploads.evidence import evidence_of
from generation.imports.recipes import says_nothing
from generation.models import Take
from generation.models.take import TakeKind
from generation.remix.credit import remixed_post, style_used
from generation.style_pages.gathering import gather
from tagging.prompt_words import tags_and_words

LONGEST_LINE = 100
"""How many takes above one are looked at for a post."""


@dataclass(frozen=True, slots=True)
class Prefill:
    """What the form for publishing starts with: `tags` that exist, and `words` of the prompt that are none yet."""

    tags: list[str]
    words: list[str]


def owned(user: User) -> QuerySet[Take]:
    """`user`'s takes but for those in the bin, newest first; nobody else's can be reached through this."""
    return Take.objects.filter(owner=user, purged_at=None).order_by("-id")


def why_not_whole(take: Take) -> UserFacingError | None:
    """Why nobody can draw over this take, letter or publish it: it is in the bin, or archived. None where they can."""
    if take.purged_at is not None:
        return Gone("take_in_bin", id=take.pk)
    return Gone("take_archived", id=take.pk) if take.archived_at is not None else None


def recipe_of(take: Take) -> Recipe:
    """How the take was made."""
    return Recipe.from_dict(take.recipe)


def level_of(recipe: Recipe) -> AiLevel:
    """The label of what was drawn here: drawn over a picture from outside, it may hold a human’s work too."""
    return AiLevel.COMPOSITE if recipe.composite else AiLevel.GENERATED


def base_of(take: Take) -> Take:
    """The picture that a lettered take was written on; any other take is its own."""
    return _down_to_base(take)[-1]


def written_in(take: Take) -> str:
    """All that was lettered on the picture, one text below the other, with what lies below by now."""
    lettered = [one for one in _down_to_base(take) if one.kind == TakeKind.LETTERED]
    return "\n".join(str(text.get("text", "")) for one in lettered for text in one.lettering)


def _down_to_base(take: Take) -> list[Take]:
    """The take, then what it was written on, and so on; the last is a picture of its own, as far as that is known."""
    line = [take]
    while line[-1].kind == TakeKind.LETTERED and line[-1].parent is not None and len(line) < LONGEST_LINE:
        line.append(line[-1].parent)
    return line


def label_of(take: Take) -> Label:
    """Level and evidence of the take's label. What was drawn here has its job on file; what was brought from elsewhere
    is believed as far as its own file proves it, else it is its owner's word."""
    base, recipe = base_of(take), recipe_of(take)
    if base.kind in (TakeKind.DRAWN, TakeKind.SHEET):
        return level_of(recipe), AiEvidence.SITE_JOB
    found = evidence_of(base.asset).label if base.kind == TakeKind.IMPORTED else None
    if found is not None:
        return found
    return label_from((), None if says_nothing(recipe) else level_of(recipe))


def file_label(take: Take, *, with_prompt: bool) -> FileLabel:
    """What the take's files say, for its maker."""
    recipe, (level, evidence) = recipe_of(take), label_of(take)
    if evidence == AiEvidence.SITE_JOB:
        return drawn_label(take.asset, recipe, with_prompt=with_prompt)
    return brought_label(take.asset, recipe, level, evidence, with_prompt=with_prompt)


def prefill(take: Take) -> Prefill:
    """Tags and words of the take's prompt."""
    return Prefill(*tags_and_words(recipe_of(take).prompt))


@counting
def publish(
    user: User,
    take: Take,
    *,
    tags: Iterable[str],
    rating: str,
    prompt_visibility: str = PromptVisibility.VISIBLE,
    title: str = "",
    commentary: str = "",
) -> Post:
    """Make the post of `user`'s own take, in one transaction; again, it returns the post that there is.

    The post credits the post whose recipe it was drawn from, and stands in the style that it was drawn with.

    Raises `Take.DoesNotExist` for somebody else's take, and what `gallery.posts.publish` raises.
    """
    with transaction.atomic():
        locked = owned(user).select_for_update(of=("self",)).select_related("asset", "post").get(pk=take.pk)
        if locked.post is not None:
            return locked.post
        if (why := why_not_whole(locked)) is not None:
            raise why
        recipe, (level, evidence) = recipe_of(locked), label_of(locked)
        said: dict[str, Any] = {
            "tags": tags,
            "rating": rating,
            "prompt_visibility": prompt_visibility,
            "title": title,
            "commentary": commentary,
            "parent": parent_post(locked),
        }
        if locked.kind == TakeKind.IMPORTED:
            # The same door as for an upload: what its file shows goes before what the copy said of it.
            declared = level if evidence == AiEvidence.DECLARED else None
            told = None if says_nothing(recipe) else recipe
            post = publish_sent(user, locked.asset, recipe=told, level=declared, **said)
        else:
            said |= {"recipe": recipe, "ai_level": level, "ai_evidence": evidence, "written": written_in(locked)}
            post = posts.publish(user, locked.asset, **said)
        locked.post = post
        locked.save(update_fields=["post"])
        if (source := remixed_post(locked)) is not None:
            credit(post, source)
        if (style := style_used(locked)) is not None:
            gather(style, post)
    return post


def parent_post(take: Take) -> Post | None:
    """The post that the take's post belongs below: the one it was drawn over, else that of the nearest take above it
    that is published."""
    above: Take | None = take
    for _generation in range(LONGEST_LINE):
        if above is None:
            return None
        if above.job is not None and above.job.request.source_post is not None:
            return above.job.request.source_post
        above = above.parent
        if above is not None and above.post is not None:
            return above.post
    return None
