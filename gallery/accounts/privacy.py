"""What is kept about people and for how long, as the privacy page says it: read from the settings that make it so."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gallery.refusals.counting import WINDOW


@dataclass(frozen=True)
class Kept:
    """One kind of data: what, why, how long."""

    what: str | Promise
    why: str | Promise
    how_long: str | Promise


def kept_for() -> list[Kept]:
    """All kinds, in the order in which somebody meets them."""
    return [
        Kept(
            gettext_lazy("A visitor’s choices: language, colours, zone, filter"),
            gettext_lazy("so that pages look as you chose; in cookies and in your browser’s own storage, not here"),
            gettext_lazy("up to a year, or until you delete the cookies"),
        ),
        Kept(
            gettext_lazy("The session: a random number in a cookie, what it belongs to here, and what you typed last"),
            gettext_lazy("so that you stay signed in and a form survives an error"),
            _days(settings.SESSION_COOKIE_AGE // 86400),
        ),
        Kept(
            gettext_lazy(
                "Your account: name, password (as a digest), e-mail address if you give one, role, settings, filters, "
                "saved searches, favourites, lists"
            ),
            gettext_lazy("so that you can sign in, and see what you want to see"),
            gettext_lazy("until the account is deleted"),
        ),
        Kept(
            gettext_lazy("Where you are signed in: address, browser, first and last time"),
            gettext_lazy("so that you notice a stranger in your account; shown to you alone"),
            gettext_lazy("until that session ends, and two hours longer at most"),
        ),
        Kept(
            gettext_lazy("A second factor: the secret of your app, the public half of your key, recovery codes"),
            gettext_lazy("to check what you type or touch at sign-in"),
            gettext_lazy("until you remove it"),
        ),
        Kept(
            gettext_lazy("Posts, comments, votes, edits of tags and of the wiki"),
            gettext_lazy("they are what the site is made of; who voted is told to nobody but moderators"),
            gettext_lazy("until you withdraw them; the history of edits stays"),
        ),
        Kept(
            gettext_lazy("Takes, requests, masks, styles: what you draw and how"),
            gettext_lazy("so that you can go on with them; nobody else is shown them"),
            gettext_lazy("until you or the account are gone"),
        ),
        Kept(
            gettext_lazy(
                "Uploads that are not posted yet; of a file that was sent the picture, its name and digest, and what "
                "it says about how it was made"
            ),
            gettext_lazy("so that you can finish; places, names and serial numbers in a photo’s data are dropped"),
            _days(settings.DRAFT_DAYS),
        ),
        Kept(
            gettext_lazy(
                "Prompts and names that a rule refused: which rule and which of its words, not the whole text"
            ),
            gettext_lazy("so that moderators see who tries again and again"),
            _days(WINDOW.days),
        ),
        Kept(
            gettext_lazy(
                "Reports, with the address that a visitor may leave; decisions, statements of reasons, strikes and "
                "bans, appeals"
            ),
            gettext_lazy("so that decisions can be checked and appealed"),
            gettext_lazy("for good; the log of moderation cannot be changed by anybody"),
        ),
        Kept(
            gettext_lazy("Blocks of addresses that were banned, and why"),
            gettext_lazy("to keep out who floods the site from there"),
            gettext_lazy("for good, in the log; the ban itself until it ends"),
        ),
        Kept(
            gettext_lazy("Looks at posts: a digest of account or address, post and week, which nobody reads back"),
            gettext_lazy("so that each look counts once; a post shows the sum"),
            gettext_lazy("a week, in memory"),
        ),
        Kept(
            gettext_lazy("How often an account or an address signs in, asks and writes"),
            gettext_lazy("to slow down guessing and flooding"),
            gettext_lazy("minutes to hours, in memory"),
        ),
        Kept(
            gettext_lazy("Copies of accounts that their owners asked for"),
            gettext_lazy("so that you can fetch yours"),
            _days(settings.EXPORT_DAYS),
        ),
    ]


def kept_at() -> str:
    """The server that keeps files of pictures, where that is another one; else ""."""
    endpoint = settings.MEDIA_STORAGE.get("OPTIONS", {}).get("endpoint_url", "")
    return urlsplit(endpoint).hostname or ""


def _days(number: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", number) % {"count": number} if number else _("minutes")
