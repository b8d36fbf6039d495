"""What people say about posts and people: reports (visitors too), flags, and which rating would be right.

Each joins the open case about the same thing, or opens one. Nobody but moderators learns who said what.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from gallery.accounts.standing import may_act, require_may_act
from gallery.community.comment_visibility import lock_readable
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Case, Comment, Post, User, Voice
from gallery.models.comment import CommentState
from gallery.models.post import STANDING, PostStatus
from gallery.models.review import CaseKind, CaseState, SiteRule
from gallery.moderation.acts import MAX_REASON
from gallery.moderation.cases import close_moot_case, open_case
from gallery.moderation.statements import checked_rule
from gallery.moderation.things import thing_called
from gallery.post_state import EDITABLE, checked_rating, require_status
from gallery.posts import set_status
from gallery.visibility import Viewer, reachable_posts, signed_in

# So many may wait for a moderator at once, of one person and one kind.
MAX_OPEN = {CaseKind.REPORT: 20, CaseKind.FLAG: 5, CaseKind.RATING: 10}
MAX_OPEN_BANNED = 1
# What is looked at before everything else.
URGENT = {SiteRule.MINORS: 9, SiteRule.LAW: 5, SiteRule.CONSENT: 5}


@dataclass(frozen=True)
class Received:
    """A voice that was heard; `receipt` is the token by which a visitor can ask what became of it."""

    voice: Voice
    receipt: str = ""


@transaction.atomic
def report(by: Viewer, post: Post, rule: str, text: str, *, contact: str = "") -> Received:
    """Tell moderators that a post breaks a rule; everybody may who can open it, signed in or not.

    Raises NotAllowed (a disabled account, one's own post), Invalid (no such post, rule, nothing said, an address that
    is none, too many open ones) and InvalidTransition (the same person reported it already, the state of the post).
    """
    found = _reachable(by, post)
    if found.author_id == by.pk:
        raise NotAllowed("own_report")
    chosen, said, contact = checked_rule(rule), _checked_text(text), _checked_contact(contact)
    case = open_case(CaseKind.REPORT, post=found, urgency=URGENT.get(chosen, 0))
    return _received(case, by, chosen, said, contact)


@transaction.atomic
def report_person(by: Viewer, person: User, rule: str, text: str, *, contact: str = "") -> Received:
    """Tell moderators that somebody breaks a rule. Raises as `report` does."""
    if by.is_authenticated and not signed_in(by):
        raise NotAllowed("account_disabled")
    if person.pk == by.pk:
        raise NotAllowed("own_report")
    chosen, said, contact = checked_rule(rule), _checked_text(text), _checked_contact(contact)
    case = _case_about(person)
    if case.urgency < URGENT.get(chosen, 0):
        case.urgency = URGENT[chosen]
        case.save(update_fields=["urgency"])
    return _received(case, by, chosen, said, contact)


@transaction.atomic
def report_comment(by: Viewer, comment: Comment, rule: str, text: str) -> Received:
    """Tell moderators that a comment breaks a rule; the case keeps it as it was read first. Raises as `report` does."""
    if by.is_authenticated and not signed_in(by):
        raise NotAllowed("account_disabled")
    chosen, said = checked_rule(rule), _checked_text(text)
    found = lock_readable(by, comment)
    if found.author_id == by.pk:
        raise NotAllowed("own_comment_report")
    if found.state != CommentState.STANDING:
        raise InvalidTransition("comment_gone")
    case = open_case(CaseKind.REPORT, comment=found, urgency=URGENT.get(chosen, 0))
    if "comment" not in case.facts:
        case.facts["comment"] = found.text
        case.save(update_fields=["facts"])
    return _received(case, by, chosen, said, "")


@transaction.atomic
def report_thing(by: Viewer, name: str, rule: str, text: str, *, contact: str = "") -> Received:
    """Tell moderators that a thing of a floor above, which `by` can open, breaks a rule; the case keeps what it said
    then. Raises as `report` does, and InvalidTransition where it is hidden or gone."""
    if by.is_authenticated and not signed_in(by):
        raise NotAllowed("account_disabled")
    chosen, said, contact = checked_rule(rule), _checked_text(text), _checked_contact(contact)
    found = thing_called(name, lock=True)
    if found is None:
        raise InvalidTransition("thing_gone")
    if found.maker.pk == by.pk:
        raise NotAllowed("own_report")
    if found.hidden:
        raise InvalidTransition("thing_hidden_before")
    case = open_case(CaseKind.REPORT, person=found.maker, thing=found.name, urgency=URGENT.get(chosen, 0))
    if "title" not in case.facts:
        case.facts |= {"title": found.title, "text": found.text}
        case.save(update_fields=["facts"])
    return _received(case, by, chosen, said, contact)


@transaction.atomic
def flag(by: User, post: Post, rule: str, text: str) -> Voice:
    """Say that a post should not be here; it is *flagged* until a moderator decides.

    Raises NotAllowed, Invalid and InvalidTransition (neither active nor flagged, one's own post, flagged already).
    """
    found = _reachable(by, post)
    require_status(found, frozenset(STANDING))
    if found.author_id == by.pk:
        raise NotAllowed("own_flag")
    chosen, said = checked_rule(rule), _checked_text(text)
    case = open_case(CaseKind.FLAG, post=found, urgency=URGENT.get(chosen, 0))
    voice = _add(case, by, chosen, said)
    if found.status == PostStatus.ACTIVE:
        set_status(found, PostStatus.FLAGGED)
    return voice


@transaction.atomic
def dispute_rating(by: User, post: Post, rating: str, text: str) -> Voice:
    """Say that another rating would be right; a moderator decides. Raises as `flag` does, and for the same rating."""
    found = _reachable(by, post)
    require_status(found, EDITABLE)
    wanted = checked_rating(rating)
    if found.rating == wanted:
        raise InvalidTransition("same_rating", rating=wanted.label)
    case = open_case(CaseKind.RATING, post=found)
    return _add(case, by, SiteRule.RATING, _checked_text(text), rating=wanted.value)


@transaction.atomic
def take_back(by: User, voice: Voice) -> None:
    """Take back what one said while its case is open; a case in which nobody says anything any more is moot.

    Raises NotAllowed (another's) and InvalidTransition (decided).
    """
    if voice.by_id != by.pk:
        raise NotAllowed("not_your_voice")
    post = Post.objects.select_for_update(of=("self",)).filter(cases=voice.case_id).first()
    case = Case.objects.select_for_update(of=("self",)).get(pk=voice.case_id)
    if case.state != CaseState.OPEN:
        raise InvalidTransition("case_closed", state=str(CaseState(case.state).label))
    voice.delete()
    if not case.voices.exists():
        close_moot_case(case)
        if post and case.kind == CaseKind.FLAG and post.status == PostStatus.FLAGGED:
            set_status(post, PostStatus.ACTIVE)


def by_receipt(token: str) -> Voice | None:
    """What a visitor said, by the token they were given; None for a token that nobody was."""
    return Voice.objects.select_related("case").filter(receipt=digest(token)).first() if token else None


def digest(token: str) -> str:
    """What is kept of a receipt's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _reachable(by: Viewer, post: Post) -> Post:
    if by.is_authenticated and not signed_in(by):
        raise NotAllowed("account_disabled")
    found = Post.objects.select_for_update(of=("self",)).filter(reachable_posts(by), pk=post.pk).first()
    if found is None:
        raise Invalid("no_such_post", id=post.pk)
    require_status(found, EDITABLE)
    return found


def _case_about(person: User) -> Case:
    """The open report about somebody, locked; made if there is none. The database lets only one be open."""
    same = Case.objects.select_for_update(of=("self",)).filter(
        kind=CaseKind.REPORT, person=person, post=None, comment=None, thing="", state=CaseState.OPEN
    )
    if (found := same.first()) is not None:
        return found
    try:
        with transaction.atomic():
            return open_case(CaseKind.REPORT, person=person)
    except IntegrityError:
        # Somebody else's report came at the same moment; it may be decided by now.
        return same.first() or open_case(CaseKind.REPORT, person=person)


def _received(case: Case, by: Viewer, rule: SiteRule, text: str, contact: str) -> Received:
    receipt = "" if isinstance(by, User) else secrets.token_urlsafe(16)
    voice = _add(case, by, rule, text, contact=contact, receipt=digest(receipt) if receipt else "")
    return Received(voice, receipt)


def _add(case: Case, by: Viewer, rule: SiteRule, text: str, **more: str) -> Voice:
    """One voice more in a locked case; each person has one in each case."""
    if not isinstance(by, User):
        return Voice.objects.create(case=case, rule=rule, text=text, **more)
    # One after another for each person, so that no two count the same open ones.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if Voice.objects.filter(case=case, by=by).exists():
        raise InvalidTransition("said_already")
    kind = CaseKind(case.kind)
    limit = MAX_OPEN[kind]
    if not may_act(by):
        # What breaks the law can be told by everybody, but not by the dozen by whoever is banned.
        if kind != CaseKind.REPORT:
            require_may_act(by)
        limit = MAX_OPEN_BANNED
    waiting = Voice.objects.filter(by=by, case__kind=kind, case__state=CaseState.OPEN).count()
    if waiting >= limit and not by.is_moderator:
        raise Invalid("too_many_voices", limit=limit)
    return Voice.objects.create(case=case, by=by, rule=rule, text=text, **more)


def _checked_contact(contact: str) -> str:
    address = contact.strip()
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise Invalid("bad_contact") from error
    return address


def _checked_text(text: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise Invalid("voice_text_needed")
    if len(said) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(said), limit=MAX_REASON)
    return said
