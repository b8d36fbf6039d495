"""LoRAs and embeddings that the prompts name, and the VAE."""

import difflib

from django.db.models import Q
from django.utils.translation import gettext as _

from generation.door.reading import Reading, Use
from generation.engine.jobs import MAX_WEIGHT
from generation.models import Resource
from generation.models.resource import ResourceKind
from generation.prompt_terms import LoraTerm, lora_terms, words_among
from generation.usable import fits, resources

MAX_LORAS = 16


def read_additions(reading: Reading) -> None:
    """Find what the texts of all pictures name; the VAE goes into the values."""
    _read_vae(reading)
    if reading.refused("prompt", "negative_prompt"):
        return
    if lora_terms(reading.values["negative_prompt"]):
        reading.refuse("negative_prompt", _("A LoRA stands in the prompt, not in what is left out. Move it there."))
        return
    typed = reading.values["prompt"]
    prompts = {drawn.prompt or typed for drawn in reading.pictures} or {typed}
    uses: dict[int, Use] = {}
    for prompt in sorted(prompts):
        uses |= _loras(reading, lora_terms(prompt))
        if reading.refused("prompt"):
            return
    reading.uses = [*uses.values(), *_embeddings(reading, prompts)]


def _loras(reading: Reading, terms: list[LoraTerm]) -> dict[int, Use]:
    if len(terms) > MAX_LORAS:
        reading.refuse("prompt", _("A picture can have %(limit)s LoRAs at most.") % {"limit": MAX_LORAS})
        return {}
    uses: dict[int, Use] = {}
    for term in terms:
        lora = find(reading, ResourceKind.LORA, term.name)
        if lora is None:
            reading.refuse("prompt", _unknown(reading, term.name))
        elif not fits(lora, reading.model):
            reading.refuse("prompt", _other_family(reading, lora))
        elif not all(abs(weight) <= MAX_WEIGHT for weight in (term.weight, term.text_weight)):
            reading.refuse(
                "prompt",
                _("The weight in %(term)s isn't a number from -%(most)g to %(most)g, such as 0.8.")
                % {"term": term.typed[:80], "most": MAX_WEIGHT},
            )
        elif lora.pk in uses:
            reading.refuse("prompt", _("The LoRA “%(name)s” stands there twice. Keep one.") % {"name": lora.slug})
        else:
            uses[lora.pk] = Use(lora, term.weight, term.text_weight)
    return uses


def find(reading: Reading, kind: ResourceKind, name: str) -> Resource | None:
    """What a prompt or a form calls `name`: its slug, or the name that people see."""
    name = name.replace("\x00", "")
    return resources(reading.user, kind).filter(Q(slug__iexact=name) | Q(name__iexact=name)).order_by("pk").first()


def _embeddings(reading: Reading, prompts: set[str]) -> list[Use]:
    negatives = {drawn.negative_prompt for drawn in reading.pictures} | {reading.values["negative_prompt"]}
    text = "\n".join([*sorted(prompts), *sorted(negatives)])
    known = [one for one in resources(reading.user, ResourceKind.EMBEDDING) if fits(one, reading.model)]
    return [Use(one) for one in known if words_among(text, [one.slug])]


def _read_vae(reading: Reading) -> None:
    wanted = reading.wanted.get("vae")
    if not wanted:
        return
    vae = wanted if isinstance(wanted, Resource) else find(reading, ResourceKind.VAE, str(wanted))
    if vae is None:
        reading.refuse("vae", _("There is no such VAE. Choose one from the list."))
    elif not fits(vae, reading.model):
        reading.refuse("vae", _other_family(reading, vae))
    else:
        reading.values["vae"] = vae


def _unknown(reading: Reading, name: str) -> str:
    slugs = list(resources(reading.user, ResourceKind.LORA).values_list("slug", flat=True))
    near = difflib.get_close_matches(name.lower(), slugs, n=1, cutoff=0.5)
    if near:
        return _("There is no LoRA “%(name)s”. Did you mean “%(near)s”?") % {"name": name[:80], "near": near[0]}
    return _("There is no LoRA “%(name)s” here. Choose one from the list.") % {"name": name[:80]}


def _other_family(reading: Reading, resource: Resource) -> str:
    return _("“%(name)s” was made for %(family)s models; “%(model)s” is %(wanted)s. Choose another one.") % {
        "name": resource.slug,
        "family": resource.family,
        "model": reading.model,
        "wanted": reading.model.family,
    }
