"""Why there are no layers, or nothing could be written, in sentences for people."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.errors import UserFacingError

_SENTENCES = {
    "no_layers": _("This take’s picture is not on the site’s disk any more, so there are no layers to give."),
    "too_large": _("With its layers this take is too large for a PSD file. Take the OpenRaster file."),
    "no_picture": _(
        "This take’s picture is not on the site’s disk any more, so nothing can be written on it. Your texts are still "
        "on this page: copy what you need."
    ),
    "beside": _("Nothing of your texts lies on the picture. Move them onto it, or make them larger."),
    "held_back": _("This picture is held back for a check and can’t be used here. The moderators know of it."),
}


class LayersRefused(UserFacingError):  # noqa: N818 - named after what happened
    """A take that can't be given with its layers, or written on; `code` has a sentence here."""

    status = 422

    def __init__(self, code: str) -> None:
        Exception.__init__(self, code)
        self.code = code
        self.params = {}

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return gettext(str(_SENTENCES[self.code]))
