"""The hires fix: the picture is enlarged and drawn on in a second pass."""

from django.utils.translation import gettext as _

from generation.door.numbers import real, whole
from generation.door.reading import Reading
from generation.engine.limits import cannot
from generation.engine.sampler_names import most_steps
from generation.models.queue import Upscaler
from generation.shapes import enlarged

MAX_SCALE = 4.0
DEFAULT_STRENGTH = 0.6
MOST_SIDES = 2
"""How many times the model's longest side the enlarged picture may be: beyond that, memory ends before patience."""


def read_second_pass(reading: Reading) -> None:
    """Put the second pass into the values where `hires_scale` asks for one."""
    wanted, model = reading.wanted, reading.model
    if wanted.get("hires_scale") in (None, ""):
        return
    if "hires" in cannot(model.family):
        reading.refuse(
            "hires_scale",
            _("“%(model)s” draws in one pass only. Leave “Enlarge” empty, or choose another model.") % {"model": model},
        )
        return
    if reading.values.get("source_asset"):
        reading.refuse(
            "hires_scale", _("A second pass is for pictures drawn from text alone. Take the picture away, or the pass.")
        )
        return
    scale = real(wanted["hires_scale"], 0)
    if not 1 < scale <= MAX_SCALE:
        reading.refuse("hires_scale", _("Enlarge by more than 1 and at most %(high)g times.") % {"high": MAX_SCALE})
    elif not reading.refused("width", "height"):
        width, height = enlarged(reading.values["width"], reading.values["height"], scale, model)
        limit = model.max_side * MOST_SIDES
        if max(width, height) > limit:
            reading.refuse(
                "hires_scale",
                _("That would be %(width)s × %(height)s pixels; “%(model)s” goes up to %(limit)s. Enlarge it less.")
                % {"width": width, "height": height, "model": model, "limit": limit},
            )
        elif (width, height) == (reading.values["width"], reading.values["height"]):
            reading.refuse("hires_scale", _("That enlarges the picture by less than a step of the model. Choose more."))
        else:
            reading.values["hires_scale"] = scale
    steps = whole(wanted.get("hires_steps"), reading.values.get("steps", model.default_steps))
    most = most_steps(reading.values.get("sampler", ""), model.max_steps)
    if steps is None or not 1 <= steps <= most:
        reading.refuse(
            "hires_steps",
            _("Steps of the second pass are a whole number from 1 to %(high)s.") % {"high": most},
        )
    else:
        reading.values["hires_steps"] = steps
    strength = real(wanted.get("hires_strength"), DEFAULT_STRENGTH)
    if 0 < strength <= 1:
        reading.values["hires_strength"] = strength
    else:
        reading.refuse("hires_strength", _("Strength is a number above 0 and at most 1, such as 0.6."))
    upscaler = wanted.get("hires_upscaler") or Upscaler.LATENT
    if upscaler in Upscaler.values:
        reading.values["hires_upscaler"] = upscaler
    else:
        reading.refuse("hires_upscaler", _("Choose how the picture is enlarged from the list."))
