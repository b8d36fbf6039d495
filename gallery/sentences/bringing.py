"""What is wrong with a copy of an account that somebody brings along."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "bring_under_way": _("A copy is being read already; one comes after the other."),
    "bring_not_here": _("There is no transfer to go on with. Choose the file again."),
    "bring_too_large": _(
        "The copy is larger than %(limit)s MB, the most that can be sent here. The operator of the site can bring in "
        "larger ones."
    ),
    "bring_no_room": _(
        "The disk of this site has too little room now. What came until then is here; send the same file again later, "
        "and it goes on."
    ),
    "bring_no_zip": _("This is no whole ZIP. Send the copy of your account just as you got it from the other site."),
    "bring_no_copy": _(
        "This ZIP is no copy of an account, or it was packed anew: its manifest.json isn’t one. Send it just as you "
        "got it from the other site."
    ),
    "bring_version": _(
        "This copy has layout %(version)s; this site reads layout %(known)s. Have the copy made anew, or ask the "
        "operator to update this site."
    ),
    "bring_too_many": _("This ZIP has more than %(limit)s files in it. No copy of an account has."),
    "bring_twice": _("This ZIP has two files of the same name in it. No copy of an account has."),
    "bring_unsafe_name": _(
        "This ZIP was not made by a site like this one: “%(name)s” is no name of a file in a copy of an account."
    ),
    "bring_bomb": _("This ZIP would unpack to far more than it is. No copy of an account does."),
    "bring_damaged": _("%(name)s was changed or damaged since the copy was made."),
    "bring_bad_table": _("%(name)s isn’t written as a copy of an account has it."),
    "bring_bad_rows": _("%(count)s entries of the copy’s lists could not be read."),
    "bring_no_picture": _("The copy has no picture of it."),
    "bring_no_mask": _("Mask %(number)s could not be taken; its take came without it."),
    "bring_circle": _("%(count)s takes stood below themselves in the copy; they came without the one above them."),
    "bring_name_taken": _("You have a style or wildcard named “%(name)s” already, with another text; yours stays."),
    "bring_style_without": _("The style “%(name)s” came without “%(what)s”, which is not here for you."),
    "bring_style_refused": _("The style “%(name)s” stayed away: a rule of this site refuses words of it."),
    "bring_style_unsound": _("The style “%(name)s” stayed away: it is none that could be made here."),
    "bring_no_more_texts": _("You have %(limit)s styles or wildcards already, the most there can be."),
    "bring_failed": _(
        "It stopped at something unexpected. What came until then is here: send the same file again, and it goes on. "
        "If that fails too, tell the operator of the site."
    ),
}
