"""The text that explains a copy to whoever opens it."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.models import User


def readme(user: User, now: datetime) -> str:
    """What lies where, in the language of the moment, with English names of files."""
    lines = [
        _("A copy of the account “%(name)s” at %(site)s, made on %(day)s.")
        % {
            "name": user.username,
            "site": f"{settings.SITE_NAME} ({settings.SITE_URL})",
            "day": f"{now:%Y-%m-%d %H:%M %Z}",
        },
        "",
        _("Each .json file holds a list of one kind of thing; times are in UTC."),
        "",
        "profile.json        " + _("your account and settings"),
        "sessions.json       " + _("where you are signed in"),
        "posts.json, posts/  " + _("your posts, their tags and generation data, and the pictures as they are kept"),
        "remixes.json        " + _("whose recipes your posts began with"),
        "drafts.json, drafts/ " + _("what you uploaded and have not posted"),
        "comparisons.json, comparison_pictures.json  " + _("what you compared in the lab, and what came of it"),
        "takes.json, takes/  " + _("your private takes and how they were drawn"),
        "requests.json       " + _("what you asked the machine to draw"),
        "masks/              " + _("the masks you painted"),
        "styles.json, wildcards.json " + _("your texts for prompts"),
        "style-pages.json    " + _("the styles that you named, and the posts in them"),
        "favourites.json, lists.json, votes.json, saved-searches.json, filters.json",
        "                    " + _("what you keep, think and look for"),
        "comments.json       " + _("what you wrote below posts"),
        "edits.json          " + _("tags, generation data and pages of the wiki that you changed"),
        "reports.json        " + _("what you reported, flagged or disputed, and whether it was decided"),
        "statements.json     " + _("decisions about you, and your appeals"),
        "refusals.json       " + _("which rules refused something of yours lately"),
        "missing.json        " + _("pictures that could not be read"),
        "manifest.json       " + _("the layout’s version, and the SHA-256 of each file"),
        "",
        _("What others said or decided about you is here as you were told it; their names are theirs."),
        _("Posts of others are named by their number, and only those that you can see."),
        "",
    ]
    return "\n".join(lines)
