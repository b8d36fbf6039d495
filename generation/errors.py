"""What can go wrong on this floor, in full sentences for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.refusals.judging import Verdict

Problem = tuple[str, str]
"""(name of the field, a translated sentence); the name is empty when the whole request is meant."""


class RequestRefused(Exception):  # noqa: N818 - named after what happened at the door
    """A request that can't be queued as it stands; nothing was written. `verdict`: where rules on words have a part."""

    def __init__(self, problems: list[Problem], verdict: Verdict | None = None) -> None:
        super().__init__(problems)
        self.problems = problems
        self.verdict = verdict


class OrderRefused(Exception):  # noqa: N818
    """Something that can't be asked of the queue or a worker."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.message = gettext("“%(value)s” is nothing that can be asked of the queue or a worker.") % {"value": value}


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
    "remote_address": _("The address of the model's image server can't be used. Tell whoever runs this site."),
    "remote_without_key": _(
        "The key of the model's image server is missing on the machine that draws (%(variable)s). Tell whoever runs "
        "this site."
    ),
    "remote_unreachable": _(
        "The model's image server couldn't be reached. Try again later; if it happens again, tell whoever runs this "
        "site."
    ),
    "remote_key": _("The model's image server doesn't accept this site's key. Tell whoever runs this site."),
    "remote_unknown_model": _("The image server has no model “%(model)s”. Tell whoever runs this site."),
    "remote_busy": _("The model's image server has too much to do. Try again later."),
    "remote_rejected": _(
        "The model's image server refused the request. It says: “%(answer)s”. Change what it names and try again."
    ),
    "remote_failed": _("The model's image server failed (error %(status)s). It says: “%(answer)s”. Try again later."),
    "remote_timeout": _(
        "The model's image server didn't answer within %(seconds)s seconds. Try again later, or ask for fewer steps."
    ),
    "remote_bad_answer": _(
        "The model's image server answered with something that is no picture. Tell whoever runs this site."
    ),
    "remote_wrong_size": _(
        "The model's image server drew %(drawn_width)s × %(drawn_height)s pixels instead of %(width)s × %(height)s. "
        "Ask for another size."
    ),
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
    "held_back": _("This picture is held back for a check and can’t be used here. The moderators know of it."),
    "storage": _(
        "The picture was drawn but couldn't be saved: there is a problem with the site's disk. Try again later."
    ),
}
_WHATS: dict[str, str | Promise] = {
    "img2img": _("starting from a picture"),
    "inpaint": _("painting a part of a picture anew"),
    "only_masked": _("drawing only the mask's surroundings"),
    "hires": _("a second pass"),
    "lora": _("a LoRA"),
    "embedding": _("an embedding"),
    "vae": _("another VAE"),
    "clip_skip": _("clip skip"),
}
"""What `what` of an `unsupported` job means."""
_WITHOUT_ANSWER: dict[str, str | Promise] = {
    "remote_rejected": _(
        "The model's image server refused the request without a word. Change the prompt or the settings and try again."
    ),
    "remote_failed": _("The model's image server failed (error %(status)s) without a word. Try again later."),
}
"""Of servers that said nothing: empty quotes would look as if something was lost."""
_UNKNOWN = _("Drawing failed. Try again; if it happens again, tell whoever runs this site.")


def failure_sentence(code: str, params: Mapping[str, Any]) -> str:
    """What a failed job's `error_code` and `error_params` mean, in the reader's language."""
    sentences = _SENTENCES if params.get("answer") else _SENTENCES | _WITHOUT_ANSWER
    template = gettext(str(sentences.get(code, _UNKNOWN)))
    if code == "unsupported" and params.get("what") in _WHATS:
        params = {**params, "what": _WHATS[params["what"]]}
    try:
        return template % params
    except (KeyError, TypeError, ValueError):
        # A job that failed under an older version may lack a parameter: the cause still has to be readable.
        return str(_UNKNOWN)
