"""LoRAs and embeddings that the prompts name, and the VAE."""

import difflib

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.door.reading import Expanded, Reading, Use
from generation.engine.limits import cannot
from generation.engine.prompt_syntax import MAX_WEIGHT, Network, Prompt, parse
from generation.models import Resource
from generation.models.queue import PromptSyntax
from generation.models.resource import ResourceKind
from generation.prompt_terms import words_among
from generation.usable import called, fits, resources

MAX_LORAS = 16
_PROBLEMS = {
    "weight_out_of_range": gettext_lazy("The weight in “%(found)s” isn't one from -%(most)g to %(most)g, such as 1.2."),
    "bad_network": gettext_lazy("“%(found)s” can't be read. Write it as <lora:name:0.8>."),
    "hypernetwork": gettext_lazy("There are no hypernetworks here. Take “%(found)s” out of the prompt."),
}


def read_additions(reading: Reading) -> None:
    """Find what the texts of all pictures name; the VAE goes into the values."""
    _read_vae(reading)
    if reading.refused("prompt", "negative_prompt", "syntax"):
        return
    typed = (reading.values["prompt"], reading.values["negative_prompt"])
    drawn = reading.pictures or [Expanded()]
    prompts = sorted({one.prompt or typed[0] for one in drawn})
    negatives = sorted({one.negative_prompt or typed[1] for one in drawn})
    uses: dict[int, Use] = {}
    for prompt in prompts:
        uses |= _loras(reading, _parsed(reading, "prompt", prompt))
        if reading.refused("prompt"):
            return
    for negative in negatives:
        if _parsed(reading, "negative_prompt", negative).networks:
            reading.refuse("negative_prompt", _("A LoRA stands in the prompt, not in what is left out. Move it there."))
        if reading.refused("negative_prompt"):
            return
    reading.uses = [*uses.values(), *_embeddings(reading, "\n".join(prompts + negatives))]


def _parsed(reading: Reading, field: str, text: str) -> Prompt:
    """The text as the engine will read it; what it can't do as written is refused here, so that nothing is guessed."""
    parsed = parse(text, "novelai" if reading.values["syntax"] == PromptSyntax.NOVELAI else "a1111")
    for problem in parsed.problems[:1]:
        reading.refuse(field, _PROBLEMS[problem.code] % {"found": problem.found, "most": MAX_WEIGHT})
    return parsed


def _loras(reading: Reading, prompt: Prompt) -> dict[int, Use]:
    if len(prompt.networks) > MAX_LORAS:
        reading.refuse("prompt", _("A picture can have %(limit)s LoRAs at most.") % {"limit": MAX_LORAS})
        return {}
    uses: dict[int, Use] = {}
    if prompt.networks and "lora" in cannot(reading.model.family):
        reading.refuse(
            "prompt",
            _("“%(model)s” takes no LoRAs. Take <lora:%(name)s> out of the prompt, or choose another model.")
            % {"model": reading.model, "name": prompt.networks[0].name[:80]},
        )
        return {}
    for network in prompt.networks:
        lora = find(reading, ResourceKind.LORA, network.name)
        if lora is None:
            reading.refuse("prompt", _unknown(reading, network.name))
        elif not fits(lora, reading.model):
            reading.refuse("prompt", _other_family(reading, lora))
        elif lora.pk in uses:
            reading.refuse("prompt", _("The LoRA “%(name)s” stands there twice. Keep one.") % {"name": lora.slug})
        else:
            uses[lora.pk] = Use(lora, *weights_of(network, lora))
    return uses


def weights_of(network: Network, lora: Resource) -> tuple[float, float]:
    """For the denoiser and for the text encoder; what isn't said is the file's usual weight."""
    weight = lora.default_weight if network.weight is None else network.weight
    return weight, weight if network.text_weight is None else network.text_weight


def find(reading: Reading, kind: ResourceKind, name: str) -> Resource | None:
    """What a prompt or a form calls `name`: its slug, or else the name that people see."""
    name = name.replace("\x00", "")
    return called(name, resources(reading.user, kind).filter(Q(slug__iexact=name) | Q(name__iexact=name)))


def _embeddings(reading: Reading, text: str) -> list[Use]:
    known = [one for one in resources(reading.user, ResourceKind.EMBEDDING) if fits(one, reading.model)]
    return [Use(one) for one in known if words_among(text, [one.slug])]


def _read_vae(reading: Reading) -> None:
    wanted = reading.wanted.get("vae")
    if not wanted:
        return
    vae = wanted if isinstance(wanted, Resource) else find(reading, ResourceKind.VAE, str(wanted))
    if vae is None:
        reading.refuse("vae", _("There is no such VAE. Choose one from the list."))
    elif "vae" in cannot(reading.model.family):
        reading.refuse(
            "vae",
            _("“%(model)s” draws with its own VAE only. Choose that, or another model.") % {"model": reading.model},
        )
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
