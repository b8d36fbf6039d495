"""What the rating of a post rests on: who says what, how it changed, votes, tags' minimums, what waits to be rated."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gallery.models.post import Post
from gallery.ratings import Rating
from tagging.models import Tag

PERSON = settings.AUTH_USER_MODEL
STRICTER = [Rating.SENSITIVE, Rating.QUESTIONABLE, Rating.EXPLICIT]


class RatingKind(models.TextChoices):
    """Who says how a post is to be rated, in the order in which its page lists them."""

    MODERATOR = "moderator", pgettext_lazy("who rates a post", "A moderator")
    AUTHOR = "author", pgettext_lazy("who rates a post", "Its author")
    RULES = "rules", pgettext_lazy("who rates a post", "Rules on tags and prompt")
    FLOOR = "floor", pgettext_lazy("who rates a post", "The minimum of a tag")
    RATER = "rater", pgettext_lazy("who rates a post", "The rating program")
    VOTES = "votes", pgettext_lazy("who rates a post", "Votes of trusted members")


class RatingSource(models.Model):
    """What one of them says about one post; `gallery.post_ratings` alone writes it and decides what counts.

    `rating` is what they say, `counts` the rating that this counts for: empty where it counts for nothing (a program
    that is not sure enough), less than they say where they may not raise so far. `overruled`: a moderator decided
    since. `locked`: a moderator's word that nobody else changes any more. `reasons` are phrases, each with where it
    was found ("tag", "prompt" or "picture"); `version` that of the program.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="rating_sources")
    kind = models.CharField(max_length=9, choices=RatingKind)
    rating = models.CharField(max_length=1, choices=Rating)
    counts = models.CharField(max_length=1, choices=Rating, blank=True)
    overruled = models.BooleanField(default=False)
    locked = models.BooleanField(default=False)
    confidence = models.FloatField(null=True)
    reasons = models.JSONField(default=list)
    version = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "kind"], name="rating_source_once"),
            models.CheckConstraint(condition=models.Q(kind__in=RatingKind.values), name="rating_source_kind_known"),
            models.CheckConstraint(condition=models.Q(rating__in=Rating.values), name="rating_source_rating_known"),
            models.CheckConstraint(
                condition=models.Q(counts__in=["", *Rating.values]), name="rating_source_counts_known"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence=None) | models.Q(confidence__gte=0, confidence__lte=1),
                name="rating_source_confidence_is_a_part",
            ),
            models.CheckConstraint(
                condition=models.Q(locked=False) | models.Q(kind=RatingKind.MODERATOR),
                name="rating_locked_by_moderators",
            ),
            models.CheckConstraint(
                condition=models.Q(overruled=False) | ~models.Q(kind=RatingKind.MODERATOR),
                name="rating_moderators_not_overruled",
            ),
        ]


class RatingVersion(models.Model):
    """One rating that a post had, numbered from 1; the newest is the post's own.

    `kind` is who moved it there, `by` the person where it was one: its author or a moderator.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="rating_versions")
    number = models.PositiveIntegerField()
    rating = models.CharField(max_length=1, choices=Rating)
    kind = models.CharField(max_length=9, choices=RatingKind)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="rating_version_numbered_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="rating_version_from_one"),
            models.CheckConstraint(condition=models.Q(rating__in=Rating.values), name="rating_version_rating_known"),
            models.CheckConstraint(condition=models.Q(kind__in=RatingKind.values), name="rating_version_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(kind=RatingKind.MODERATOR) | ~models.Q(reason=""),
                name="rating_version_decided_with_reason",
            ),
        ]


class RatingVote(models.Model):
    """One member finds that a post needs a stricter rating than `against`. `answered`: a moderator decided since.

    Who voted is told to that member and to moderators alone.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="rating_votes")
    by = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="rating_votes")
    rating = models.CharField(max_length=1, choices=Rating)
    against = models.CharField(max_length=1, choices=Rating)
    answered = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["by", "at"], name="rating_vote_by")]
        constraints = [
            models.UniqueConstraint(fields=["post", "by"], name="rating_vote_once"),
            models.CheckConstraint(
                condition=models.Q(rating=Rating.SENSITIVE, against=Rating.GENERAL)
                | models.Q(rating=Rating.QUESTIONABLE, against__in=[Rating.GENERAL, Rating.SENSITIVE])
                | models.Q(rating=Rating.EXPLICIT, against__in=[Rating.GENERAL, Rating.SENSITIVE, Rating.QUESTIONABLE]),
                name="rating_vote_is_stricter",
            ),
        ]


class TagFloor(models.Model):
    """The least rating of a post that has this tag, set by a moderator.

    `done_to` is the number of the post up to which it was carried out among those that had the tag before; null: all.
    """

    tag = models.OneToOneField(Tag, on_delete=models.CASCADE, primary_key=True, related_name="+")
    rating = models.CharField(max_length=1, choices=Rating)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)
    reason = models.TextField(max_length=2000)
    done_to = models.BigIntegerField(null=True, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rating__in=STRICTER), name="tag_floor_is_above_general"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="tag_floor_has_reason"),
        ]


class UnratedPost(models.Model):
    """A post that the rating program has not looked at; written with the post, gone once it did.

    `holds`: the post waits unseen for it. `stuck`: so long already that a moderator was called.
    """

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    holds = models.BooleanField(default=False)
    stuck = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["since"], name="unrated_since", condition=models.Q(stuck=False))]
