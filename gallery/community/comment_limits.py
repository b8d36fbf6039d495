"""Whether somebody may comment now: the one place where bans and rates of comments are asked about."""

from datetime import timedelta

from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import NotAllowed, TooOften
from gallery.models import Comment, User
from gallery.visibility import signed_in

NEW_ACCOUNT = timedelta(days=7)
# Between two comments of one person; moderators don't wait.
WAIT, WAIT_OF_THE_NEW = timedelta(seconds=5), timedelta(seconds=60)


def require_in_use(person: User) -> None:
    """Raises NotAllowed for a disabled account; all others may withdraw what they said."""
    if not signed_in(person):
        raise NotAllowed("account_disabled")


def require_may_comment(person: User) -> None:
    """Asked by whatever writes, changes or votes on a comment. Raises NotAllowed for a disabled account, and `Banned`
    for a banned one."""
    require_may_act(person)


def require_not_too_often(person: User) -> None:
    """Raises TooOften for one comment right after another. Call it in the transaction that writes: it locks the
    person's row, so that of two comments at once the second one waits and is counted."""
    found = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if found.is_moderator:
        return
    now = timezone.now()
    wait = WAIT_OF_THE_NEW if now - found.date_joined < NEW_ACCOUNT else WAIT
    # Withdrawn ones count too: else withdrawing would be the way around.
    newest = Comment.objects.filter(author=person).order_by("-pk").first()
    left = newest.at + wait - now if newest else timedelta(0)
    if left > timedelta(0):
        seconds = -(-left // timedelta(seconds=1))
        raise TooOften("comment_wait", seconds, wait=seconds)
