"""What is wrong with a filter."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "filter_rule_too_long": _("The rule has %(length)d characters; %(limit)d are the most."),
    "filter_rules_unreadable": _("Some rules cannot be read. What you typed is still here; nothing was changed."),
    "filter_too_many_tags": _("The filter has %(count)d rules that are one tag; %(limit)d are the most."),
    "filter_too_many_queries": _(
        "The filter has %(count)d rules that are more than one tag; %(limit)d are the most. Tags alone, one a line, "
        "may be many more."
    ),
    "filter_too_many_terms": _(
        "The rules that are searches have %(count)d terms between them; %(limit)d are the most."
    ),
    "filter_too_many_wildcards": _("The rules have %(count)d wildcards (*) between them; %(limit)d are the most."),
    "filter_cookie_full": _("These rules are too long for a browser to keep. Sign in, and your account keeps them."),
    "filters_full": _("You have %(limit)d filters, the most there can be. Delete one first."),
    "filter_changed_meanwhile": _(
        "This filter was changed elsewhere since you opened it. Your text is still here; look at the filter in another "
        "tab, then save again."
    ),
    "filter_name_needed": _("Give the filter a name."),
    "filter_name_too_long": _("The name has %(length)d characters; %(limit)d are the most."),
    "filter_name_unusable": _("The name holds an invisible character. Please delete it."),
    "filter_name_taken": _("You have a filter “%(name)s” already."),
    "filter_hides_all": _("Without any rating every list would be empty. Show or blur at least one."),
    "not_your_filter": _("Only its owner can change this filter. Copy it to have one of your own."),
    "mute_oneself": _("You can't mute yourself."),
    "mute_unknown": _("There is nobody called “%(name)s”."),
    "too_many_muted": _("A filter mutes %(limit)d people at most."),
}
