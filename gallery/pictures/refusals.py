"""Why a file isn't taken."""

from typing import Any


class PictureRefused(Exception):  # noqa: N818 - the name is read as a sentence at the raise
    """A file that isn't taken. `code` and `params` become a sentence in `gallery.errors`; both fit into JSON."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
