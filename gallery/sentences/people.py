"""What is wrong with an account, and how often somebody asks."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "admins_only": _("Only admins can change what others may do."),
    "owner_only": _("Only an owner can make or unmake admins and owners."),
    "last_owner": _("This is the only owner; make someone else an owner first."),
    "no_second_factor": _("The account “%(name)s” has no second factor."),
    "deletion_asked": _("This account is to be deleted already."),
    "deletion_name": _("This is not the name of your account. Type it as it stands there."),
    "deletion_choice": _("Choose what becomes of your posts."),
    "deletion_last_owner": _("You are the only owner. Make someone else an owner first."),
    "deletion_house": _("This account belongs to the site itself."),
    "export_under_way": _("A copy is being made already; you can have one at a time."),
    "export_too_soon": _(
        "You had a copy made today already. The next can be made %(hours)d hours from now at the latest."
    ),
    "export_failed": _(
        "The copy could not be made. Ask for it again; if that fails too, tell the operator of the site."
    ),
    "export_no_room": _("The disk of this site has too little room for a copy of your account now. Ask its operator."),
    "no_owner": _(
        "The account “%(name)s” is disabled or no owner any more, and nobody else is one; make someone an owner with "
        "manage.py set_role."
    ),
    "unknown_role": _("“%(value)s” is not a role; use member, moderator, admin or owner."),
    "unknown_user": _("There is no account named “%(name)s”."),
    "banned_until": _(
        "Your account can look, but not act, until %(until)s. The reason: “%(reason)s”. "
        "How to object is said beside the decision, among those about you."
    ),
    "banned_for_good": _(
        "Your account can look, but no longer act. The reason: “%(reason)s”. "
        "How to object is said beside the decision, among those about you."
    ),
    "address_banned_until": _(
        "From your network nobody can join, sign in or report without an account until %(until)s, because of what "
        "others did from there. Members can act as usual where signing in is open; else write to %(mail)s."
    ),
    "address_banned": _(
        "From your network nobody can join, sign in or report without an account, because of what others did from "
        "there. Members can act as usual where signing in is open; else write to %(mail)s."
    ),
    "no_free_slot": _(
        "All your %(total)d slots for posts that wait for a moderator are in use. This one stays as it is: post it "
        "once a moderator has looked at the others."
    ),
    "too_often": _("That was a lot in a short time. You can go on in %(wait)s; nothing is lost."),
    "link_unusable": _("This sign-in link was used before or has expired. Start the site again for a new one."),
}
