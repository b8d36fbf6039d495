"""What the files of a post or a take say, by the rows as they are now."""

from typing import Any

from gallery.ingest.signing import mark_producer, site_slug
from gallery.models import Asset, AssetOrigin, Post
from gallery.models.asset import Origin
from gallery.models.post import AiEvidence, AiLevel, PromptVisibility
from gallery.provenance import Label, Recipe, source_type_of
from gallery.provenance.c2pa import ManifestState
from gallery.recipes import file_recipe_of

MOST_EDITS = 100
"""By hand, one after the other, that are followed down to the file that was sent."""


def post_label(post: Post, *, with_prompt: bool) -> Label:
    """The label of a post's files; `with_prompt` only for those who may read the prompt.

    `asset`, `author` and `generation` had better be loaded with the post.
    """
    # What others typed stands on the page alone: nobody puts words into somebody else's file.
    recipe = file_recipe_of(post)
    drawn_here = post.ai_evidence == AiEvidence.SITE_JOB
    shows_prompt = post.prompt_visibility == PromptVisibility.VISIBLE
    return Label(
        source_type=source_type_of(post.ai_level, composite=recipe is not None and recipe.composite),
        recipe=recipe,
        include_prompt=with_prompt,
        # Who sent a file need not have written its prompt.
        writer=post.author.username if drawn_here and shows_prompt else "",
        title=f"{site_slug()}-{post.pk}",
        published=True,
        drawn_here=drawn_here,
        edited_here=_edited_here(post.asset, post.ai_evidence),
        declared=post.ai_evidence == AiEvidence.DECLARED,
        evidence=post.ai_evidence,
        **({} if drawn_here else _came(post.asset)),
        **_mark(post.asset),
    )


def drawn_label(asset: Asset, recipe: Recipe, *, with_prompt: bool) -> Label:
    """The label of a picture that was drawn here and isn't published."""
    return Label.of_drawn(recipe, include_prompt=with_prompt, **_mark(asset))


def brought_label(asset: Asset, recipe: Recipe, level: AiLevel, evidence: AiEvidence, *, with_prompt: bool) -> Label:
    """The label of a picture that isn't published and that was made elsewhere, as far as anything speaks for one."""
    return Label(
        source_type=source_type_of(level, composite=recipe.composite),
        recipe=recipe,
        include_prompt=with_prompt,
        drawn_here=False,
        edited_here=_edited_here(asset, evidence),
        published=False,
        declared=evidence == AiEvidence.DECLARED,
        title="",
        writer="",
        evidence=evidence,
        **_came(asset),
        **_mark(asset),
    )


def _edited_here(asset: Asset, evidence: str) -> bool:
    """Whether the site made the file, but not by a job: somebody wrote on what was sent."""
    return asset.origin == Origin.DRAWN and evidence != AiEvidence.SITE_JOB


def _came(asset: Asset) -> dict[str, str]:
    """Of a file that was sent, or the one below what was edited here, its format and what was found of its manifest."""
    sent: Asset | None = asset
    for _edit in range(MOST_EDITS):
        if sent is None or sent.origin != Origin.DRAWN:
            break
        sent = sent.drawn_over
    if sent is None or sent.origin == Origin.DRAWN:
        return {}
    came = AssetOrigin.objects.filter(pk=sent.pk).values_list("file_format", "c2pa").first()
    return {"sent_as": came[0], "credentials": _credentials(came[1])} if came else {}


def _credentials(came: dict[str, Any] | None) -> str:
    """What the check of the manifest that a sent file came with found, in words for other programs' readers.

    Who signed is told of those alone whom the site trusts: under an unknown signature stands any name.
    """
    manifest = ManifestState.from_dict(came) if came else None
    if manifest is None or manifest.state == "invalid":
        return ""
    if manifest.state != "trusted":
        return "It came with valid Content Credentials of a signer unknown to this site."
    names = [("signed by", manifest.signer), ("written by", manifest.claim_generator)]
    told = ", ".join(f"{how} {name}" for how, name in names if name)
    return f"It came with valid Content Credentials of a signer that this site trusts: {told}."


def _mark(asset: Asset) -> dict[str, str]:
    """Producer and number of TC260's mark, where the operator wants it."""
    producer = mark_producer()
    return {"producer": producer, "number": asset.pixel_sha256[:32] if producer else ""}
