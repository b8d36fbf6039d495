"""The versions of a post's generation data as JSON."""

from typing import Any

from gallery.models import Post
from gallery.recipes.fields import FIELDS
from gallery.recipes.history import history
from gallery.recipes.rows import State
from gallery.visibility import Viewer


def versions_as_json(post: Post, viewer: Viewer, before: int | None = None) -> list[dict[str, Any]]:
    """The versions of a post that this viewer can open, newest first, so many as a page has; what stands in them and
    is hidden from the viewer is None."""
    page = history(post, viewer, before)
    return [_version(line.version, line.reason, page.reads_prompt) for line in page.lines]


def _version(version: Any, reason: str, reads: bool) -> dict[str, Any]:
    state = State.of_version(version)
    told = state.recipe if reads else state.recipe.without_prompt()
    whole = state.recipe.to_dict() | {"generator_version": state.recipe.version, "model": state.recipe.model_name}
    hidden = {field.name for field in FIELDS if field.hidden}
    names = [field.name for field in FIELDS if field.name not in ("version", "model_name")]
    return {
        "version": version.number,
        "at": version.at.isoformat(),
        "editor_id": version.editor_id,
        "editor_name": version.editor.username,
        "source": version.source,
        "reason": reason if reads else None,
        **{
            name: whole[name] if reads or name not in hidden else None
            for name in [*names, "model", "generator_version"]
        },
        "axes": [axis.to_dict() for axis in told.axes],
        "rest": version.rest if reads else None,
    }
