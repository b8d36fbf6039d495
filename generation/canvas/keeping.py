"""One of several candidates is kept: it is picked, the others of its request are rejected. No picture goes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.models import User
from generation.models import Take
from generation.models.take import Flag
from generation.takes import owned


def keep_one(user: User, take: Take) -> dict[int, str]:
    """Pick `user`'s take and reject the others of its request that are no posts; returns what their flags were.

    The take that they were drawn over stays as it is. Raises `Take.DoesNotExist` for somebody else's, and `NotAllowed`
    for who may not act here.
    """
    require_may_act(user)
    with transaction.atomic():
        kept = owned(user).get(pk=take.pk)
        among = owned(user).filter(job__request__jobs=kept.job_id) if kept.job_id else owned(user).filter(pk=kept.pk)
        # In one order, all of them: two tabs that keep different ones wait for each other.
        candidates = list(among.select_for_update(of=("self",)).order_by("pk"))
        before = {one.pk: one.flag for one in candidates}
        if kept.pk not in before:
            raise Take.DoesNotExist  # it went into the bin meanwhile
        for one in candidates:
            if one.pk == kept.pk:
                _flag(one, Flag.PICK)
            elif one.post_id is None:
                _flag(one, Flag.REJECT)
    return before


def put_back(user: User, before: Mapping[int, str]) -> None:
    """Give `user`'s takes the flags that `keep_one` returned."""
    require_may_act(user)
    with transaction.atomic():
        for one in owned(user).filter(pk__in=before).select_for_update(of=("self",)).order_by("pk"):
            _flag(one, Flag(before[one.pk]))


def _flag(take: Take, flag: Flag) -> None:
    if take.flag == flag:
        return  # whoever rejected it long ago rejected it then
    take.flag = flag
    take.flagged_at = None if flag == Flag.NONE else timezone.now()
    take.save(update_fields=["flag", "flagged_at"])
