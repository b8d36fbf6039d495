"""The forms of comments. They keep what was typed; what is right is decided by the functions they feed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.forms import RefusableForm
from gallery.models.comment import LONGEST
from gallery.models.review import SiteRule
from gallery.moderation.acts import MAX_REASON

# What a comment can break; the others are about pictures.
OF_COMMENTS = (
    SiteRule.HATE,
    SiteRule.SPAM,
    SiteRule.MINORS,
    SiteRule.CONSENT,
    SiteRule.RIGHTS,
    SiteRule.LAW,
    SiteRule.OTHER,
)
_RULES = [(rule.value, rule.label) for rule in OF_COMMENTS]


class CommentForm(RefusableForm):
    """What somebody says. `maxlength` is the browser's own help; the length is counted behind it."""

    text = forms.CharField(
        label=_("Your comment"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST, "data-submit-key": "", "dir": "auto"}),
    )


class CommentReportForm(RefusableForm):
    """Which rule a comment breaks, and how."""

    rule = forms.ChoiceField(label=_("What is wrong with it?"), choices=_RULES, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_REASON}),
        help_text=_("Only moderators read it, and only they learn who wrote it."),
    )


class CommentDecisionForm(RefusableForm):
    """What a moderator does to a comment."""

    rule = forms.ChoiceField(label=_("Rule"), choices=_RULES, required=False, initial=SiteRule.OTHER)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_REASON}),
        help_text=_("Its author reads it, and it is kept for ever in the moderation log."),
    )
