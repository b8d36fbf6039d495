"""Errors a person is shown: a code, its parameters and a translated sentence saying what would be right."""

from typing import Any

from gallery.sentences import MESSAGES


class UserFacingError(Exception):
    """Something a person can put right. `code` is stable, `params` fill the sentence, `status` is for HTTP."""

    status = 400

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        if code not in MESSAGES:
            raise ValueError(f"there is no sentence for {code!r}")
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return str(MESSAGES[self.code]) % self.params

    def __str__(self) -> str:
        return self.message


class NotAllowed(UserFacingError):  # noqa: N818 - the name is read as a sentence at the call
    """This person may not do this."""

    status = 403


class InvalidTransition(UserFacingError):  # noqa: N818
    """The thing is not in a state in which this can be done."""

    status = 409


class Invalid(UserFacingError):  # noqa: N818
    """A value that cannot be taken."""

    status = 422


class Gone(UserFacingError):  # noqa: N818
    """What was there once and isn't any more."""

    status = 410


class LinkUnusable(UserFacingError):  # noqa: N818
    """A one-time link that is unknown, used or expired."""

    status = 410


class NotNow(UserFacingError):  # noqa: N818
    """What the site can't do at this moment, though nothing is wrong with what was asked."""

    status = 503


class NoFreeSlot(NotNow):
    """As many posts of this person wait for a moderator as may."""

    status = 409


class TooOften(UserFacingError):  # noqa: N818
    """What may be done only so often, and was; it can be done again after `seconds`."""

    status = 429

    def __init__(self, code: str, seconds: int, **params: Any) -> None:
        super().__init__(code, **params)
        self.seconds = seconds


class SearchTimeout(UserFacingError):  # noqa: N818
    """A search that went past its time budget; trying again later may help."""

    status = 503

    def __init__(self) -> None:
        super().__init__("too_slow")


class Busy(UserFacingError):  # noqa: N818
    """Others are served first; the same again in a while will do."""

    status = 503
