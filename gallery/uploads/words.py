"""What a file shows of its origin, in words for whoever sent it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from gallery.models import Asset
from gallery.models.post import AiLevel
from gallery.provenance.c2pa import ManifestState
from gallery.provenance.readers import Blocks, Found, declared_source
from gallery.uploads.evidence import Evidence

_SOURCES = {
    AiLevel.GENERATED: gettext_lazy("It declares that a model made all of it."),
    AiLevel.COMPOSITE: gettext_lazy("It declares that a model made a part of it."),
    AiLevel.ASSISTED: gettext_lazy("It declares that a model improved it."),
    AiLevel.HUMAN: gettext_lazy("It declares that a human made it. That is a claim, so your own word is asked for."),
}


_REMOVED = {
    "place": gettext_lazy("place (GPS)"),
    "camera": gettext_lazy("camera"),
    "serial": gettext_lazy("serial number"),
    "time": gettext_lazy("date and time"),
    "name": gettext_lazy("name of the author"),
    "notes": gettext_lazy("the camera maker’s own notes"),
}


@dataclass(frozen=True)
class Line:
    """One thing that was found; `icon` is its sign, `doubtful` what speaks against trusting the file."""

    icon: str
    text: Any
    doubtful: bool = False


def evidence_lines(asset: Asset, evidence: Evidence) -> list[Line]:
    """A sentence for everything found, the strongest first; empty where the file says nothing."""
    lines = []
    if evidence.manifest is not None:
        lines.append(_signed(evidence.manifest, own=bool((asset.arrival.c2pa or {}).get("own"))))
    if evidence.found is not None:
        lines.append(Line("brush", _("Its file says: %(facts)s.") % {"facts": _facts(evidence.found)}))
    source = declared_source(Blocks.from_dict(asset.arrival.blocks))
    if source is not None and AiLevel(source.level) in _SOURCES:
        lines.append(
            Line("label-generated" if source.level != AiLevel.HUMAN else "user", _SOURCES[AiLevel(source.level)])
        )
    return lines


def removed_from(asset: Asset) -> str:
    """The kinds of private data that were taken out of its file, as a list in words; empty for none."""
    kinds = [str(_REMOVED[kind]) for kind in asset.arrival.removed if kind in _REMOVED]
    return pgettext("between the items of a list", ", ").join(kinds)


def _signed(manifest: ManifestState, *, own: bool) -> Line:
    if manifest.state == "invalid":
        return Line("warn", _("It holds a signed manifest that doesn't fit it: the file was changed later."), True)
    if own:
        return Line("shield", _("Signed by this site; unchanged since."))
    who = manifest.signer or manifest.claim_generator or _("somebody unknown")
    if manifest.state == "trusted":
        return Line("shield", _("Signed by %(name)s, whom this site trusts; unchanged since.") % {"name": who})
    return Line("lock", _("Signed by %(name)s, whom this site doesn't know; unchanged since.") % {"name": who})


def _facts(found: Found) -> str:
    """`ComfyUI 0.3, model dreamy, 28 steps, Euler a`."""
    recipe = found.recipe
    facts = [f"{found.generator} {found.version}".strip()]
    if recipe.model_name:
        facts.append(_("model %(name)s") % {"name": recipe.model_name})
    if recipe.steps:
        facts.append(_("%(count)d steps") % {"count": recipe.steps})
    if recipe.sampler:
        facts.append(recipe.sampler)
    return pgettext("between the items of a list", ", ").join(fact for fact in facts if fact)
