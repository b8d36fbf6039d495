"""What a moderator decides in a case: one function and one transaction, whatever kind of case it is.

A decision is an act of `gallery.moderation.acts`, the end of its case and of the others that it answers too, and the
word to whom it concerns.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels import disputes
from gallery.models import Case, Comment, LabelDispute, LockedAway, Post, Statement, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind, Detection, Outcome, Restriction, SiteRule
from gallery.moderation import things
from gallery.moderation.acts import approve, checked_reason, keep, log_about_person, log_act, quarantine, remove, rerate
from gallery.moderation.appeals import overturn, uphold
from gallery.moderation.cases import decides_alone, held, settle
from gallery.moderation.comments import keep_comment, lock_comment, remove_comment
from gallery.moderation.sanctions import lock_people, strike
from gallery.moderation.statements import latest_standing
from gallery.moderation.things import Thing, thing_called
from gallery.post_ratings.sources import decide as decide_rating
from gallery.post_state import LETTING_OUT, locked
from gallery.ratings import Rating
from gallery.refusals.releasing import leave_locked, release_by

# What each kind of case can end in; first that by which what stands stays, or comes to stand.
CHOICES: dict[CaseKind, tuple[Outcome, ...]] = {
    CaseKind.POST: (Outcome.APPROVED, Outcome.RERATED, Outcome.REMOVED, Outcome.QUARANTINED),
    CaseKind.REPORT: (Outcome.KEPT, Outcome.RERATED, Outcome.REMOVED, Outcome.QUARANTINED),
    CaseKind.FLAG: (Outcome.KEPT, Outcome.RERATED, Outcome.REMOVED, Outcome.QUARANTINED),
    CaseKind.RATING: (Outcome.KEPT, Outcome.RERATED, Outcome.REMOVED),
    CaseKind.LABEL: (Outcome.KEPT, Outcome.RELABELLED),
    CaseKind.APPEAL: (Outcome.UPHELD, Outcome.OVERTURNED),
    CaseKind.SCAN: (Outcome.KEPT, Outcome.RERATED, Outcome.REMOVED, Outcome.QUARANTINED),
    CaseKind.STUCK: (Outcome.APPROVED, Outcome.RERATED, Outcome.REMOVED, Outcome.QUARANTINED),
}
OF_A_COMMENT_OR_THING = (Outcome.KEPT, Outcome.REMOVED)
# A picture that a check put out of reach, with or without a post; and a report about somebody.
OF_A_PICTURE = (Outcome.KEPT, Outcome.QUARANTINED)
OF_A_PERSON = (Outcome.KEPT,)
DETECTIONS = {
    CaseKind.REPORT: Detection.REPORT,
    CaseKind.FLAG: Detection.REPORT,
    CaseKind.RATING: Detection.REPORT,
    CaseKind.LABEL: Detection.REPORT,
    CaseKind.SCAN: Detection.AUTOMATED,
}


@dataclass(frozen=True)
class Decision:
    """What a moderator chose: an outcome of `CHOICES`, their reason, and where it asks for it a rating or a rule.

    `strike`: the author of a removed post or comment, or of a hidden thing, gets one too.
    """

    outcome: Outcome
    reason: str
    rating: str = ""
    rule: SiteRule = SiteRule.OTHER
    strike: bool = False


def choices_of(case: Case) -> tuple[Outcome, ...]:
    """What this case can end in."""
    kind = CaseKind(case.kind)
    if (case.comment_id is not None or case.thing) and kind == CaseKind.REPORT:
        return OF_A_COMMENT_OR_THING
    if case.post_id is None and kind == CaseKind.SCAN:
        return OF_A_PICTURE
    if case.post_id is None and kind == CaseKind.REPORT:
        return OF_A_PERSON
    return CHOICES[kind]


@transaction.atomic
def decide(moderator: User, case: Case, decision: Decision) -> Case:
    """Decide a claimed case; what was typed is kept by the caller where this raises.

    Raises NotAllowed (a moderator no more, one's own matter), InvalidTransition (not claimed, decided meanwhile, the
    state of its post) and Invalid (no reason, an outcome that this case can't have).
    """
    picture = locked_away(case)
    post = _first_locked(case, picture)
    comment, thing = lock_comment(case.comment), thing_called(case.thing, lock=True)
    case = held(moderator, case)
    kind = CaseKind(case.kind)
    if decision.outcome not in choices_of(case):
        raise Invalid("unknown_outcome", value=decision.outcome)
    reason = checked_reason(decision.reason)
    # Before the act, which closes what else it answers.
    settle(case, moderator, decision.outcome, reason)
    if kind == CaseKind.APPEAL:
        _decide_appeal(moderator, case, decision.outcome, reason)
    elif kind == CaseKind.LABEL:
        _decide_label(moderator, case, decision.outcome, reason)
    elif picture is not None:
        (release_by if decision.outcome == Outcome.KEPT else leave_locked)(moderator, picture, reason)
    elif post is not None:
        _decide_post(moderator, case, post, decision)
    elif comment is not None:
        _decide_comment(moderator, comment, decision)
    elif thing is not None:
        _decide_thing(moderator, thing, decision)
    elif case.thing and decision.outcome == Outcome.REMOVED:
        raise InvalidTransition("thing_gone")
    elif case.person is not None:
        log_about_person(moderator, ModerationKind.KEEP, case.person, reason, {"case": case.pk})
    return case


def locked_away(case: Case) -> LockedAway | None:
    """The picture that a check put out of reach, if that is what the case is about."""
    if case.post_id is not None or case.kind != CaseKind.SCAN:
        return None
    return LockedAway.objects.filter(case=case).select_related("asset__owner").first()


def _first_locked(case: Case, picture: LockedAway | None) -> Post | None:
    """The post that the decision is about, locked before its case as everywhere."""
    post = case.post if picture is None else Post.objects.filter(asset=picture.asset).first()
    return locked(post) if post else None


def _decide_post(moderator: User, case: Case, post: Post, decision: Decision) -> None:
    detection = DETECTIONS.get(CaseKind(case.kind), Detection.MODERATOR)
    match decision.outcome:
        case Outcome.APPROVED:
            approve(moderator, post, decision.reason)
        case Outcome.KEPT if case.kind == CaseKind.RATING:
            log_act(moderator, ModerationKind.KEEP, post, decision.reason, {"rating": post.rating})
            decide_rating(post, Rating(post.rating), Rating(post.rating))
        case Outcome.KEPT if case.kind == CaseKind.SCAN:
            # A post that was held back until the check had an answer has waited long enough.
            (approve if post.status == PostStatus.PENDING else keep)(moderator, post, decision.reason)
            decide_rating(post, Rating(post.rating), Rating(post.rating))
        case Outcome.KEPT if post.status == PostStatus.PENDING:
            # What was said of it is answered; whether it may be seen is its own case's question.
            log_act(moderator, ModerationKind.KEEP, post, decision.reason, {"from": post.status})
        case Outcome.KEPT:
            keep(moderator, post, decision.reason)
        case Outcome.RERATED:
            post = rerate(moderator, post, decision.rating, decision.reason, detection=detection)
            if post.status == PostStatus.PENDING and case.kind in LETTING_OUT:
                approve(moderator, post, decision.reason)
            elif post.status == PostStatus.FLAGGED and case.kind == CaseKind.FLAG:
                # What was flagged is answered by its rating.
                keep(moderator, post, decision.reason)
        case Outcome.REMOVED:
            remove(moderator, post, decision.reason, decision.rule, detection=detection)
            if decision.strike and post.author_id != moderator.pk:
                removal = latest_standing(post, Restriction.REMOVAL)
                _strike(moderator, post.author, removal, decision, detection)
        case Outcome.QUARANTINED:
            quarantine(moderator, post, decision.reason, decision.rule)


def _decide_comment(moderator: User, comment: Comment, decision: Decision) -> None:
    if decision.outcome == Outcome.REMOVED:
        remove_comment(moderator, comment, decision.reason, decision.rule, detection=Detection.REPORT)
        if decision.strike and comment.author_id != moderator.pk:
            removal = latest_standing(comment, Restriction.COMMENT)
            _strike(moderator, comment.author, removal, decision, Detection.REPORT)
    else:
        keep_comment(moderator, comment, decision.reason)


def _decide_thing(moderator: User, thing: Thing, decision: Decision) -> None:
    if decision.outcome != Outcome.REMOVED:
        things.keep(moderator, thing.name, decision.reason)
        return
    things.hide(moderator, thing.name, decision.reason, decision.rule, detection=Detection.REPORT)
    if decision.strike and thing.maker.pk != moderator.pk:
        hiding = things.decision_about(thing.name, thing.maker)
        _strike(moderator, thing.maker, hiding, decision, Detection.REPORT)


def _strike(moderator: User, author: User, removal: Statement | None, decision: Decision, detection: Detection) -> None:
    about = removal.act if removal else None
    strike(moderator, author, decision.rule, decision.reason, about=about, detection=detection)


def _decide_label(moderator: User, case: Case, outcome: Outcome, reason: str) -> None:
    raised = LabelDispute.objects.get(case=case)
    (disputes.uphold if outcome == Outcome.RELABELLED else disputes.reject)(moderator, raised, reason)


def _decide_appeal(moderator: User, case: Case, outcome: Outcome, reason: str) -> None:
    person = Statement.objects.values_list("person_id", flat=True).get(appeal__case=case)
    # Before the statement: whoever voids a strike or lifts a ban holds these two when they come to its statement.
    lock_people(moderator.pk, person)
    statement = Statement.objects.select_for_update(of=("self",)).select_related("act").get(appeal__case=case)
    if statement.act.actor_id == moderator.pk and not decides_alone(moderator):
        raise NotAllowed("own_decision")
    if outcome == Outcome.OVERTURNED:
        overturn(moderator, statement, reason)
    else:
        uphold(moderator, statement, reason)
