"""What can go wrong on this floor, in full sentences for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Problem = tuple[str, str]
"""(name of the field, a translated sentence); the name is empty when the whole request is meant."""


class RequestRefused(Exception):  # noqa: N818 - named after what happened at the door
    """A request that can't be queued as it stands; nothing was written."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class CheckpointBroken(Exception):  # noqa: N818
    """A model folder that can't be installed; the text says which file and why."""


class JobImpossible(Exception):  # noqa: N818
    """A job that can't be started, whoever draws it; `code` has a sentence here."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


_SENTENCES: dict[str, str | Promise] = {
    "unknown_sampler": _("The sampler “%(sampler)s” isn't one this site offers. Choose another one."),
    "bad_size": _("The model can't draw %(width)s × %(height)s pixels. Choose another size."),
    "bad_steps": _("%(steps)s steps can't be drawn. Ask for 1 to %(maximum)s."),
    "bad_guidance": _("Guidance %(guidance)s can't be used. Choose a number from 0 up."),
    "bad_seed": _("Seed %(seed)s is out of range. Choose a smaller one."),
    "missing_checkpoint": _("The files of the model aren't on the machine that draws. Ask whoever runs this site."),
    "corrupt_checkpoint": _("The model's files are damaged (%(file)s). Choose another model."),
    "unsupported_checkpoint": _("This model is of a kind that can't be used here. Choose another model."),
    "out_of_memory": _("There wasn't enough memory for this picture. Try a smaller size."),
    "not_a_number": _("The picture came out as noise. Try another sampler, less guidance or another seed."),
    "black_image": _("The picture came out black. Try another sampler, less guidance or another seed."),
    "engine_error": _(
        "Drawing stopped with an unexpected error. Try again; if it happens again, tell whoever runs this site."
    ),
    "bad_clip_skip": _("Clip skip %(clip_skip)s can't be used. Choose 1 to %(maximum)s."),
    "bad_weight": _("The weight %(weight)s can't be used. Choose one from -%(maximum)g to %(maximum)g."),
    "bad_strength": _("Strength %(strength)s can't be used. Choose a number above 0 and at most 1."),
    "mask_without_source": _("A mask needs a picture to lie on. Choose one to start from."),
    "mask_of_another_size": _("The mask isn't as large as the picture that it lies on. Make it just as large."),
    "empty_mask": _("The mask is empty: paint white where the picture is to be drawn anew."),
    "full_mask": _("The mask covers the whole picture. Leave black what is to stay, or send no mask."),
    "missing_resource": _(
        "The file of “%(resource)s” isn't on the machine that draws. Draw without it, or ask whoever runs this site."
    ),
    "corrupt_resource": _("The file of “%(resource)s” is damaged. Draw without it, or ask whoever runs this site."),
    "resource_of_another_family": _(
        "“%(resource)s” was made for %(family)s models, this one is %(wanted)s. Draw without it, or with another model."
    ),
    "unsupported": _("This model can't do what was asked for (%(what)s). Leave it out, or choose another model."),
    "duplicate_job": _("This picture is being drawn already."),
    "engine_busy": _("There is no room for this model right now. Try again in a few minutes."),
    "source_gone": _("The picture to start from can't be seen any more. Choose another one."),
    "source_unreadable": _(
        "The picture to start from, or its mask, couldn't be read from the site's disk. Choose another one."
    ),
    "gave_up": _("Drawing was interrupted %(attempts)s times, so it was given up. Try again later."),
    "stalled": _("Drawing came to a standstill %(attempts)s times, so it was given up. Try again later."),
    "storage": _(
        "The picture was drawn but couldn't be saved: there is a problem with the site's disk. Try again later."
    ),
}
_UNKNOWN = _("Drawing failed. Try again; if it happens again, tell whoever runs this site.")


def failure_sentence(code: str, params: Mapping[str, Any]) -> str:
    """What a failed job's `error_code` and `error_params` mean, in the reader's language."""
    template = gettext(str(_SENTENCES.get(code, _UNKNOWN)))
    try:
        return template % params
    except (KeyError, TypeError, ValueError):
        # A job that failed under an older version may lack a parameter: the cause still has to be readable.
        return str(_UNKNOWN)
