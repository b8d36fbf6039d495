"""The site's rules in a sentence each, and which of them can be named where: one place for every page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.models.post import PostStatus
from gallery.models.review import SiteRule

SENTENCES: dict[SiteRule, Any] = {
    SiteRule.MINORS: _("Nothing sexual that involves minors, drawn or real, ever."),
    SiteRule.CONSENT: _(
        "No real person naked, in a sexual scene, or made to do or say what they never did, without their consent."
    ),
    SiteRule.RIGHTS: _("Post what is yours to post; somebody else's picture, name or brand is not."),
    SiteRule.HATE: _("Nothing that threatens or demeans people, or hunts somebody down."),
    SiteRule.LAW: _("Nothing else that the law forbids."),
    SiteRule.RATING: _("A post has a rating at least as strict as what the picture shows."),
    SiteRule.LABEL: _("The label says truly how far a machine made the picture."),
    SiteRule.SPAM: _("No advertising, and no flood of nearly the same."),
    SiteRule.DUPLICATE: _("One post for each picture."),
    SiteRule.QUALITY: _("A picture is worth a stranger's look: whole, legible, more than a test."),
    SiteRule.OTHER: _("What the others leave out; the decision says in words what it is."),
}

# What a post can be; of quarantined ones nobody is told.
STATES: dict[PostStatus, Any] = {
    PostStatus.PENDING: _("It waits until a moderator has looked; nobody else sees it."),
    PostStatus.ACTIVE: _("Everybody can see it whose choice of ratings and whose filter let it in."),
    PostStatus.FLAGGED: _("Somebody says that it should not be here. It stays in sight until that is decided."),
    PostStatus.REMOVED: _("Only its author and moderators can open it. A moderator can restore it."),
    PostStatus.APPEALED: _("It was removed; its author objects, and another moderator decides."),
    PostStatus.WITHDRAWN: _("Its author took it back; only they and moderators can open it."),
}

# What a reader can name, the gravest first.
OF_POSTS = (
    SiteRule.MINORS,
    SiteRule.CONSENT,
    SiteRule.LAW,
    SiteRule.HATE,
    SiteRule.RIGHTS,
    SiteRule.RATING,
    SiteRule.LABEL,
    SiteRule.SPAM,
    SiteRule.OTHER,
)
OF_PEOPLE = (
    SiteRule.MINORS,
    SiteRule.CONSENT,
    SiteRule.LAW,
    SiteRule.HATE,
    SiteRule.RIGHTS,
    SiteRule.SPAM,
    SiteRule.OTHER,
)
OF_FLAGS = (SiteRule.QUALITY, SiteRule.DUPLICATE, SiteRule.SPAM, SiteRule.RIGHTS, SiteRule.OTHER)


def in_words(rules: tuple[SiteRule, ...] = tuple(SENTENCES)) -> list[tuple[SiteRule, Any, Any]]:
    """Those rules, each with its name and its sentence."""
    return [(rule, rule.label, SENTENCES[rule]) for rule in rules]
