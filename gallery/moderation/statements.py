"""Statements of reasons: what the person concerned reads about a decision, and the one appeal against it.

Articles 17 and 20 of the EU's Digital Services Act name what belongs into one: the restriction, facts, ground, whether
a machine noticed or decided, and how to object.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Appeal, Case, Comment, ModerationAction, Post, Statement, User
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind, CaseState, Detection, Restriction, SiteRule, StatementState
from gallery.moderation.cases import close_moot_case, open_case
from gallery.post_state import checked_choice, locked
from gallery.posts import set_status
from gallery.visibility import signed_in

APPEAL_DAYS = 14
MAX_APPEAL = 2000


def checked_rule(value: str) -> SiteRule:
    """A rule by its word; Invalid for anything else."""
    return SiteRule(checked_choice(value, SiteRule, "unknown_rule"))


def state_reasons(
    act: ModerationAction,
    person: User,
    restriction: Restriction,
    rule: SiteRule,
    *,
    detection: Detection = Detection.MODERATOR,
    automated: bool = False,
    comment: Comment | None = None,
) -> Statement:
    """Tell somebody of a decision against them; call it in the transaction of the act. Its reason is what they read."""
    return Statement.objects.create(
        person=person,
        post=act.post,
        comment=comment,
        restriction=restriction,
        rule=rule,
        facts=act.reason,
        detection=detection,
        automated=automated,
        act=act,
        appealable_until=timezone.now() + timedelta(days=APPEAL_DAYS),
    )


def statements_of(person: User) -> QuerySet[Statement]:
    """What this person was told, the newest first."""
    return (
        Statement.objects.filter(person=person).select_related("post__asset", "comment", "appeal__case").order_by("-pk")
    )


def unseen(person: User) -> int:
    """How many statements this person has not opened yet."""
    return Statement.objects.filter(person=person, seen_at=None).count()


def mark_seen(person: User, statement: Statement) -> None:
    """Note that the person concerned has read it; nobody else's look counts."""
    Statement.objects.filter(pk=statement.pk, person=person, seen_at=None).update(seen_at=timezone.now())


@transaction.atomic
def appeal(person: User, statement: Statement, text: str) -> Appeal:
    """Object to a decision about oneself, once, within fourteen days; another moderator decides.

    A removed post is *appealed* until then. Raises NotAllowed (not theirs, a disabled account), InvalidTransition
    (appealed before, overturned, too late) and Invalid (nothing said, too much).
    """
    if statement.person_id != person.pk or not signed_in(person):
        raise NotAllowed("not_your_statement")
    post = locked(statement.post) if statement.post else None
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    if statement.state != StatementState.STANDS:
        raise InvalidTransition("appealed_before", state=str(StatementState(statement.state).label))
    if statement.appealable_until < timezone.now():
        raise InvalidTransition("appeal_too_late", days=APPEAL_DAYS)
    said = text.replace("\x00", "").strip()
    if not said:
        raise Invalid("appeal_text_needed")
    if len(said) > MAX_APPEAL:
        raise Invalid("reason_too_long", length=len(said), limit=MAX_APPEAL)
    thing = statement.act.details.get("thing", "")
    case = open_case(CaseKind.APPEAL, post=post, person=person, comment=statement.comment, thing=thing)
    if post and statement.restriction == Restriction.REMOVAL and post.status == PostStatus.REMOVED:
        set_status(post, PostStatus.APPEALED)
    statement.state = StatementState.APPEALED
    statement.save(update_fields=["state"])
    return Appeal.objects.create(statement=statement, case=case, text=said)


def latest_standing(what: Post | Comment, restriction: Restriction) -> Statement | None:
    """The newest decision of this kind about a post or a comment that was not overturned."""
    about = {"post": what} if isinstance(what, Post) else {"comment": what}
    found = Statement.objects.filter(**about, restriction=restriction).exclude(state=StatementState.OVERTURNED)
    return found.order_by("-pk").first()


def mark_taken_back(act: ModerationAction) -> None:
    """Note on the statement of an act that nothing is left of it; an appeal that waits has nothing left to decide.

    Call it in the transaction that takes the act back, with its person locked."""
    Statement.objects.filter(act=act).update(state=StatementState.OVERTURNED)
    # One that somebody decides at this moment is theirs to end: waiting for it here could lock both up.
    waiting = Case.objects.select_for_update(of=("self",), skip_locked=True)
    for case in waiting.filter(appeal__statement__act=act, state=CaseState.OPEN):
        close_moot_case(case)
