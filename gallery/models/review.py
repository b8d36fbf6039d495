"""What waits for a moderator, what people said, what those concerned are told: cases, voices, statements, appeals."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gallery.models.comment import Comment
from gallery.models.moderation import ModerationAction
from gallery.models.post import Post
from gallery.ratings import Rating

PERSON = settings.AUTH_USER_MODEL


class SiteRule(models.TextChoices):
    """What a restriction can rest on; the rules page says each in a sentence."""

    RATING = "rating", _("The rating is too low")
    LABEL = "label", _("The label of the picture's origin is wrong")
    MINORS = "minors", _("Sexual content that involves minors")
    CONSENT = "consent", _("A real person without their consent")
    RIGHTS = "rights", _("Somebody else's rights")
    HATE = "hate", _("Hate, threats or harassment")
    LAW = "law", _("Against the law in another way")
    SPAM = "spam", _("Spam or flooding")
    DUPLICATE = "duplicate", _("Posted before")
    QUALITY = "quality", _("Below what this site takes")
    OTHER = "other", pgettext_lazy("rule", "Another reason")


class CaseKind(models.TextChoices):
    """Why something waits for a moderator."""

    POST = "post", _("New post")
    REPORT = "report", _("Report")
    FLAG = "flag", _("Flag")
    RATING = "rating", _("Rating dispute")
    LABEL = "label", _("Label dispute")
    APPEAL = "appeal", _("Appeal")
    SCAN = "scan", _("Found by a check")
    STUCK = "stuck", _("Check without an answer")


class CaseState(models.TextChoices):
    """Where a case stands; `gallery.moderation.cases` holds the transitions."""

    OPEN = "open", _("Waits for a moderator")
    DECIDED = "decided", _("Decided")
    MOOT = "moot", _("Nothing left to decide")


class Outcome(models.TextChoices):
    """What a moderator decided in a case."""

    KEPT = "kept", _("Left as it is")
    APPROVED = "approved", _("Approved")
    RERATED = "rerated", _("Re-rated")
    RELABELLED = "relabelled", _("Label changed")
    REMOVED = "removed", _("Removed")
    QUARANTINED = "quarantined", _("Quarantined")
    OVERTURNED = "overturned", _("Overturned")
    UPHELD = "upheld", _("Decision upheld")


class Case(models.Model):
    """Something about a post or a person that waits for a moderator; one of a kind is open for each post at a time.

    A moderator claims it for ten minutes; only who holds the claim decides. `urgency` orders the queue before age: 0 as
    usual, 9 at once. `facts` is what an automated check found, for moderators' eyes. `outcome` and `reason` are the
    decision. A case about a `comment` is about the `person` who wrote it, and about no post; likewise one about a
    `thing` of a floor above, such as `style:12`, about who made it (`gallery.moderation.things`).
    """

    kind = models.CharField(max_length=6, choices=CaseKind)
    state = models.CharField(max_length=7, choices=CaseState, default=CaseState.OPEN)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="cases")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="cases")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, related_name="cases")
    thing = models.CharField(max_length=40, blank=True)
    urgency = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField(auto_now_add=True)
    claimed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True)
    reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-urgency", "id"], name="case_queue", condition=models.Q(state=CaseState.OPEN)),
            models.Index(fields=["post", "id"], name="case_post", condition=models.Q(post__isnull=False)),
            models.Index(fields=["person", "id"], name="case_person", condition=models.Q(person__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "post"],
                name="case_one_open_of_a_kind",
                # Several people may dispute a label, each for another one, and several decisions may be appealed.
                condition=models.Q(state=CaseState.OPEN) & ~models.Q(kind__in=[CaseKind.LABEL, CaseKind.APPEAL]),
            ),
            models.UniqueConstraint(
                fields=["person"],
                name="case_one_open_report_of_a_person",
                condition=models.Q(
                    state=CaseState.OPEN, kind=CaseKind.REPORT, post__isnull=True, comment__isnull=True, thing=""
                ),
            ),
            models.UniqueConstraint(
                fields=["kind", "comment"],
                name="case_one_open_a_comment",
                condition=models.Q(state=CaseState.OPEN) & ~models.Q(kind=CaseKind.APPEAL),
            ),
            models.UniqueConstraint(
                fields=["kind", "thing"],
                name="case_one_open_a_thing",
                condition=models.Q(state=CaseState.OPEN) & ~models.Q(thing="") & ~models.Q(kind=CaseKind.APPEAL),
            ),
            models.CheckConstraint(
                condition=models.Q(thing="") | models.Q(person__isnull=False, post__isnull=True, comment__isnull=True),
                name="case_of_a_thing_is_its_makers",
            ),
            models.CheckConstraint(
                condition=models.Q(comment__isnull=True) | models.Q(person__isnull=False, post__isnull=True),
                name="case_of_a_comment_is_its_authors",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=CaseKind.values), name="case_kind_known"),
            models.CheckConstraint(condition=models.Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=models.Q(post__isnull=False)
                | models.Q(person__isnull=False)
                | models.Q(comment__isnull=False),
                name="case_has_object",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | models.Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="case_claim_is_whole",
            ),
            models.CheckConstraint(condition=models.Q(urgency__lte=9), name="case_urgency_to_nine"),
            models.CheckConstraint(
                condition=(
                    models.Q(state=CaseState.DECIDED, decided_by__isnull=False, decided_at__isnull=False)
                    & models.Q(outcome__in=Outcome.values)
                    & ~models.Q(reason="")
                )
                | models.Q(state=CaseState.MOOT, decided_by__isnull=True, outcome="")
                | models.Q(state=CaseState.OPEN, decided_by__isnull=True, decided_at__isnull=True, outcome=""),
                name="case_decided_with_reason",
            ),
        ]


class Voice(models.Model):
    """What one person said in a case: a report, a flag, or which rating would be right.

    Visitors report too: `by` is null then, `contact` an address if they gave one, and `receipt` the digest of the token
    by which they can ask what became of it. Nobody but moderators learns who said something.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="voices")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="voices")
    rule = models.CharField(max_length=9, choices=SiteRule)
    rating = models.CharField(max_length=1, choices=Rating, blank=True)
    text = models.TextField(max_length=2000, blank=True)
    contact = models.EmailField(blank=True)
    receipt = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "by"], name="voice_once_a_case", condition=models.Q(by__isnull=False)
            ),
            models.UniqueConstraint(fields=["receipt"], name="voice_receipt_once", condition=~models.Q(receipt="")),
            models.CheckConstraint(condition=models.Q(rule__in=SiteRule.values), name="voice_rule_known"),
            models.CheckConstraint(condition=models.Q(rating__in=["", *Rating.values]), name="voice_rating_known"),
        ]


class Restriction(models.TextChoices):
    """What a decision takes from somebody."""

    REMOVAL = "removal", _("Your post was removed")
    RATING = "rating", _("Your post was rated higher")
    LABEL = "label", _("The label of your post was changed")
    COMMENT = "comment", _("Your comment was removed")
    STYLE = "style", _("Your style was hidden")
    STRIKE = "strike", _("You got a strike")
    BAN = "ban", _("Your account was restricted")


class Detection(models.TextChoices):
    """How it came to light."""

    MODERATOR = "moderator", _("A moderator saw it")
    REPORT = "report", _("Somebody reported it")
    AUTOMATED = "automated", _("An automated check found it")


class StatementState(models.TextChoices):
    """Whether the decision holds."""

    STANDS = "stands", _("Holds")
    APPEALED = "appealed", _("Appealed")
    UPHELD = "upheld", _("Upheld on appeal")
    OVERTURNED = "overturned", _("Overturned")


class Statement(models.Model):
    """A statement of reasons: what was decided about whom, why, by what means, and how to object.

    `facts` is the reason as the person concerned reads it. `automated`: a machine decided, not only noticed.
    """

    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="statements")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="statements")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, related_name="statements")
    restriction = models.CharField(max_length=8, choices=Restriction)
    rule = models.CharField(max_length=9, choices=SiteRule)
    facts = models.TextField(max_length=2000)
    detection = models.CharField(max_length=9, choices=Detection)
    automated = models.BooleanField(default=False)
    act = models.OneToOneField(ModerationAction, on_delete=models.PROTECT, related_name="statement")
    state = models.CharField(max_length=10, choices=StatementState, default=StatementState.STANDS)
    at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    appealable_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="statement_person")]
        constraints = [
            models.CheckConstraint(condition=models.Q(rule__in=SiteRule.values), name="statement_rule_known"),
            models.CheckConstraint(
                condition=models.Q(restriction__in=Restriction.values), name="statement_restriction_known"
            ),
            models.CheckConstraint(
                condition=models.Q(detection__in=Detection.values), name="statement_detection_known"
            ),
            models.CheckConstraint(condition=models.Q(state__in=StatementState.values), name="statement_state_known"),
            models.CheckConstraint(condition=~models.Q(facts=""), name="statement_has_facts"),
        ]


class Appeal(models.Model):
    """What the person concerned says against a decision: once for each, decided by another moderator in `case`."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="appeal")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="appeal_has_text")]
