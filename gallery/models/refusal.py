"""What may not be sent: the rules of admins, whom they refused, lists of known files, and pictures put out of reach."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gallery.models.asset import Asset
from gallery.models.review import Case
from gallery.models.similar import HashField

PERSON = settings.AUTH_USER_MODEL


class RuleEffect(models.TextChoices):
    """What a rule does to a text in which it finds something."""

    REFUSE = "refuse", _("Refuse")
    WARN = "warn", _("Warn")
    REVIEW = "review", _("Send to review")


class RulePlace(models.TextChoices):
    """Where words are looked for."""

    PROMPT = "prompt", _("Prompts")
    NEGATIVE = "negative", _("Negative prompts")
    TEXT = "text", _("Titles and commentaries")
    NAME = "name", _("Names of models and LoRAs")


class RefusalRule(models.Model):
    """A rule that admins write. `terms`: a term a line, as `gallery.refusals.terms` reads them; `note`: what people are
    told beside its name."""

    name = models.CharField(max_length=80, unique=True)
    effect = models.CharField(max_length=6, choices=RuleEffect)
    places = ArrayField(models.CharField(max_length=8))
    terms = models.TextField(max_length=20_000)
    note = models.CharField(max_length=300, blank=True)
    enabled = models.BooleanField(default=True)
    changed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(effect__in=RuleEffect.values), name="refusal_effect_known"),
            models.CheckConstraint(
                condition=models.Q(places__contained_by=RulePlace.values) & ~models.Q(places=[]),
                name="refusal_places_known",
            ),
            models.CheckConstraint(condition=~models.Q(name="") & ~models.Q(terms=""), name="refusal_rule_is_whole"),
        ]

    def __str__(self) -> str:
        return self.name


class Refusal(models.Model):
    """That somebody was refused: by which rule (empty: the fixed one) and for which of its words. What they wrote
    beside these is not kept."""

    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="refusals")
    rule = models.CharField(max_length=80, blank=True)
    words = ArrayField(models.CharField(max_length=200), default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["-at", "person"], name="refusal_at")]


class HashKind(models.TextChoices):
    """What the lines of a list are: SHA-256 of files, or PDQ hashes of pictures."""

    SHA256 = "sha256", "SHA-256"
    PDQ = "pdq", "PDQ"


class HashList(models.Model):
    """A list of known files that the operator named; `trouble`: why it couldn't be read the last time."""

    address = models.CharField(max_length=2000)
    kind = models.CharField(max_length=6, choices=HashKind)
    entries = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    read_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "address"], name="hash_list_once"),
            models.CheckConstraint(condition=models.Q(kind__in=HashKind.values), name="hash_list_kind_known"),
        ]


class ListedHash(models.Model):
    """A line of a list: `sha256` in hexadecimal digits, or a PDQ as `bits`."""

    listed_in = models.ForeignKey(HashList, on_delete=models.CASCADE, related_name="hashes")
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    bits = HashField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256="", bits__isnull=False)
                | (~models.Q(sha256="") & models.Q(bits__isnull=True)),
                name="listed_hash_is_one_kind",
            )
        ]


class LockedBy(models.TextChoices):
    """Why a picture's files were put out of reach."""

    WORDS = "words", _("Words that came with it")
    LIST = "list", pgettext_lazy("quarantine", "A list of known files")
    MODERATOR = "moderator", _("A moderator quarantined its post")


class LockedAway(models.Model):
    """A picture whose files are out of reach: no row names them, and they lie where no page looks.

    `files`: what they were, so that they can be put back. Once `released_at`, the picture is like any other, and no
    check at the door holds it back again.
    """

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="locked_away")
    why = models.CharField(max_length=9, choices=LockedBy)
    facts = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(why__in=LockedBy.values), name="locked_away_why"),
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True) | models.Q(released_at__isnull=True),
                name="locked_away_ends_one_way",
            ),
        ]
