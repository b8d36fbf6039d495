"""The claim of a manifest: what was done to a picture, by what, and what it was made from.

Actions and their fields: C2PA specification 2.2, `c2pa.actions.v2`. Parameters of ours have names below `irodori.`.
"""

from typing import Any

from gallery.provenance.c2pa.authority import SigningError
from gallery.provenance.label import Label
from gallery.provenance.recipe import GENERATOR, GENERATOR_VERSION

SOURCE_ID = "source"
"""What the actions call the one ingredient."""


def manifest_of(label: Label, *, has_source: bool) -> dict[str, Any]:
    """The manifest of a file that says `label`, as `c2pa.Builder` takes it.

    `has_source`: an ingredient named `SOURCE_ID` is added to it, the picture that this one was drawn over, or the file
    that was sent. Of the recipe it holds what the label shows, so nothing of a hidden prompt.
    Raises `SigningError`: the specification knows no beginning without a source type.
    """
    if not has_source and not label.signed_source_type:
        raise SigningError("nothing is known of where the picture comes from")
    actions: list[dict[str, Any]] = []
    if has_source:
        actions.append({"action": "c2pa.opened", "parameters": {"ingredientIds": [SOURCE_ID]}})
    if label.drawn_here:
        actions.append(_drawing("c2pa.edited" if has_source else "c2pa.created", label))
    elif actions:
        actions[0] |= _source_type(label)
    else:
        actions.append({"action": "c2pa.created", **_source_type(label)})
    if label.evidence:
        # A source type alone does not tell whether somebody said so or a moderator decided.
        actions[-1].setdefault("parameters", {})["irodori.evidence"] = label.evidence
    if label.edited_here:
        # By hand: where the picture comes from is said of what was opened.
        actions.append({"action": "c2pa.edited", "softwareAgent": {"name": GENERATOR, "version": GENERATOR_VERSION}})
    if label.published:
        actions.append({"action": "c2pa.published"})
    return {
        "claim_generator_info": [{"name": GENERATOR, "version": GENERATOR_VERSION}],
        "title": label.title or "Picture",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _drawing(action: str, label: Label) -> dict[str, Any]:
    done: dict[str, Any] = {"action": action, **_source_type(label)}
    recipe = label.shown
    if recipe is None:
        return done
    done["softwareAgent"] = {"name": recipe.generator or GENERATOR, "version": recipe.version or GENERATOR_VERSION}
    told = {
        "model": recipe.model_name,
        "model_hash": recipe.model_hash,
        "sampler": recipe.sampler,
        "steps": recipe.steps,
        "guidance": recipe.cfg,
        "denoise": recipe.denoise,
        "prompt": recipe.prompt,
        "negative_prompt": recipe.negative_prompt,
        # As text: a seed can be larger than what every reader of JSON keeps exactly.
        "seed": str(recipe.seed) if recipe.seed is not None else None,
        "loras": [{"name": each.name, "sha256": each.sha256, "weight": each.weight} for each in recipe.loras],
        "axes": [each.to_dict() for each in recipe.axes],
        "prompt_writer": label.prompt_writer,
    }
    parameters = {f"irodori.{name}": value for name, value in told.items() if value not in (None, "", [])}
    return done | ({"parameters": parameters} if parameters else {})


def _source_type(label: Label) -> dict[str, str]:
    return {"digitalSourceType": label.signed_source_type} if label.signed_source_type else {}
