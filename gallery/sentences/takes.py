"""What is wrong with what is asked of a take: a picture that its maker keeps to themselves."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "original_archived": _("Only the small versions of this picture are kept. Draw it again to have it whole."),
    "take_archived": _(
        "Take %(id)d is archived: its whole picture is gone. Draw it again with its seed, and go on with the new take."
    ),
    "take_in_bin": _("Take %(id)d lies in the bin. Take it out first."),
    "take_flag_unknown": _("A take is picked, rejected or undecided."),
    "take_stars": _("Stars are a whole number from 0 to %(high)d."),
    "take_fix_unknown": _("Choose what is to be fixed from the list."),
    "take_note_too_long": _("The note has %(length)d characters; %(limit)d are the most."),
    "take_note_changed": _(
        "The note was changed meanwhile, in another tab or on another device. It reads now: “%(note)s”. Yours is still "
        "below: keep it again to put it in its place."
    ),
    "take_too_many": _("Choose %(limit)d takes at most at a time."),
    "take_none_chosen": _("Choose takes first: tick their boxes, or use the buttons below each."),
    "take_undo_gone": _("This can’t be undone any more. Nothing was changed."),
    "take_act_unknown": _("This is nothing that can be done with a take."),
    "take_page_unknown": _("There is no such page of your takes. Begin at the first one."),
    "take_compare_two": _("Choose two takes to compare; %(count)d are chosen."),
}
