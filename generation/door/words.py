"""What the site's rules say to the words of a request, as they are drawn: wildcards, styles and LoRAs taken in."""

from django.utils.translation import gettext as _

from gallery.models.refusal import RuleEffect, RulePlace
from gallery.refusals.judging import Refused, Said, judge
from gallery.refusals.posting import prompts
from generation.door.reading import Expanded, Reading


def read_words(reading: Reading) -> None:
    """Hold the texts of all pictures together against the rules. Needs everything else read; where something is wrong
    with that, the texts are judged as far as they are known.

    A warning is a problem until `heeded` names its rule.
    """
    typed = Expanded(reading.values.get("prompt", ""), reading.values.get("negative_prompt", ""))
    texts = {typed, *(Expanded(one.prompt or typed.prompt, one.negative_prompt or typed.negative_prompt)
                      for one in reading.pictures)}  # fmt: skip
    names = ", ".join(f"{use.resource.slug}, {use.resource.name}" for use in reading.uses)
    guidance = reading.values.get("guidance")
    said = [one for text in texts for one in prompts(text.prompt, text.negative_prompt, guidance, names)]
    reading.verdict = judge(dict.fromkeys(said))
    refusing = reading.verdict.refusing
    if refusing is not None:
        field = "prompt" if refusing.fixed or not _only_negative(reading, refusing.name, said) else "negative_prompt"
        reading.refuse(field, Refused(refusing).message)
        return
    heeded = str(reading.wanted.get("heeded") or "").split("\n")
    for hit in reading.verdict.by(RuleEffect.WARN):
        if hit.name not in heeded:
            sentence = _("The rule “%(rule)s” of this site warns because of: %(words)s.") % {
                "rule": hit.name,
                "words": ", ".join(hit.words),
            }
            reading.refuse("heeded", f"{sentence} {hit.note}".strip())


def _only_negative(reading: Reading, rule: str, said: list[Said]) -> bool:
    """Whether a rule finds nothing in what the picture shows."""
    shown = judge(one for one in said if one.place == RulePlace.PROMPT)
    return all(hit.name != rule for hit in shown.hits)
