"""Why a file can't be a model of this site, in sentences for whoever runs it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.engine.errors import EngineError


class ModelRefused(Exception):  # noqa: N818 - named after what happened at the door
    """What was asked can't be done; `field` is the option or form field that it is about, or empty."""

    def __init__(self, message: str, field: str = "path") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


_HEADERS: dict[str, str | Promise] = {
    "header": gettext_lazy("“%(file)s” is no safetensors file: its header can't be read."),
    "header_size": gettext_lazy(
        "“%(file)s” has a header larger than 16 MB, which no model needs; it may be made to do harm. Don't use it."
    ),
    "tensor_count": gettext_lazy("“%(file)s” lists more than 20,000 tensors; no model has so many."),
    "metadata_size": gettext_lazy(
        "“%(file)s” has more than 1 MB of notes in its header. Save it anew without them, and add it again."
    ),
    "dtype": gettext_lazy("“%(file)s” stores numbers in a way that isn't known. Save it as float16 or bfloat16."),
    "shape": gettext_lazy("“%(file)s” is damaged: the sizes in its header contradict each other. Fetch it again."),
    "offsets": gettext_lazy("“%(file)s” is damaged: its tensors overlap or leave gaps. Fetch it again."),
    "truncated": gettext_lazy("“%(file)s” isn't as long as its header says: the download was cut. Fetch it again."),
    "unreadable": gettext_lazy("“%(file)s” can't be read. Give the site's user the right to read it."),
    "missing_file": gettext_lazy("“%(file)s” is missing."),
    "pickle": gettext_lazy(
        "“%(file)s” holds a Python pickle, which runs programs when it is loaded. Take the .safetensors version of the "
        "model, or convert it where that does no harm."
    ),
}
_CORRUPT: dict[str, str | Promise] = {
    **_HEADERS,
    "not_json": gettext_lazy("“%(file)s” isn't the JSON that it should be."),
    "missing_tensors": gettext_lazy("Weights are missing (%(file)s): the file is cut, or of a smaller kind of model."),
    "load": gettext_lazy("The model can't be loaded: its files don't fit together."),
}
_UNSUPPORTED: dict[str, str | Promise] = {
    "family": gettext_lazy(
        "This is a model of a kind that can't be used like this (%(found)s). A single file must be of Stable Diffusion "
        "1, 2 or XL; for other families add the folder with model_index.json."
    ),
    "unknown": gettext_lazy(
        "Nothing in this file says that it is a model. A single file must be a whole checkpoint of Stable Diffusion 1, "
        "2 or XL, or a LoRA, embedding or VAE for one; for other families add the folder with model_index.json."
    ),
    "component": gettext_lazy("A part of the model comes from elsewhere than diffusers and transformers (%(found)s)."),
    "pickle": gettext_lazy(
        "The weights (%(found)s) are a Python pickle, which runs programs when it is loaded. Take the .safetensors "
        "version of the model, or convert it where that does no harm."
    ),
    "channels": gettext_lazy(
        "The model takes another kind of input than a text, or a text and a mask (channels: %(found)s)."
    ),
    "schedule": gettext_lazy("The model was trained on noise of another kind (%(found)s)."),
    "format": gettext_lazy("“%(found)s” is no safetensors file. GGUF and other formats can't be used here."),
    "remote_code": gettext_lazy(
        "The model brings program code of its own (%(found)s), which is never run here. Only models of diffusers' own "
        "classes can be used."
    ),
    "no_text_encoder": gettext_lazy(
        "The file holds only a denoiser, without its text encoder. Take the whole checkpoint (“full” or “pruned”)."
    ),
    "tokenizer": gettext_lazy("The model's tokenizer can't be read; put its tokenizer.json beside it (%(found)s)."),
    "no_vae": gettext_lazy("The file has no VAE. Add a VAE first, then this file together with it."),
}
_RESOURCE: dict[str, str | Promise] = {
    **_HEADERS,
    "format": gettext_lazy("“%(file)s” is no safetensors file. GGUF and other formats can't be used here."),
    "keys": gettext_lazy("“%(file)s” is no LoRA, embedding or VAE."),
    "lycoris": gettext_lazy(
        "“%(file)s” is a LyCORIS file (LoHa, LoKr or the like), which can't be used here; only plain LoRAs can."
    ),
    "load": gettext_lazy("“%(file)s” can't be loaded."),
}


def why(error: EngineError) -> str:
    """What the engine's refusal of a file means and what would help, in the reader's language."""
    reason = str(error.params.get("reason", ""))
    table: dict[str, dict[str, str | Promise]] = {
        "corrupt_checkpoint": _CORRUPT,
        "unsupported_checkpoint": _UNSUPPORTED,
        "corrupt_resource": _RESOURCE,
    }
    if (error.code, reason, error.params.get("found")) == ("unsupported_checkpoint", "family", "unknown"):
        reason = "unknown"  # a single file whose keys name no family at all
    name = str(error.params.get("checkpoint") or error.params.get("resource") or "")
    if error.code in ("missing_checkpoint", "missing_resource"):
        return _("There is no file or folder “%(name)s”.") % {"name": name}
    sentence = table.get(error.code, {}).get(reason)
    if sentence is None:
        return _("“%(name)s” can't be used (%(error)s).") % {"name": name, "error": f"{error.code} {reason}"}
    return str(sentence) % {"file": error.params.get("file") or name, "found": error.params.get("found", "")}
