"""A whole import: opened, brought, put in order, reported. Whatever happens, what came until then is here."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from gallery.errors import Invalid, NotNow, UserFacingError
from gallery.storing import OutOfReach
from generation.imports import states
from generation.imports.archive import opened
from generation.imports.bringing import bring_all
from generation.imports.lineage import link
from generation.imports.plan import Plan, plan_of, unreadable
from generation.imports.style_pages import bring_style_pages
from generation.imports.texts import bring_texts
from generation.imports.work import SPENT, Cut, Stopped, Work
from generation.models import AccountImport

logger = logging.getLogger(__name__)

A_MOMENT = timedelta(minutes=1)
TOLD_ANEW = frozenset({"bring_bad_rows", "bring_circle"})


def bring_waiting(stopping: states.Stopping) -> int:
    """Read the copies that wait, one after the other; returns how many ended."""
    ended = 0
    while not stopping():
        run = states.claim()
        if run is None:
            break
        ended += carry_out(run, states.file_of(run), stopping)
    return ended


def carry_out(run: AccountImport, path: Path, stopping: states.Stopping) -> bool:
    """Read a claimed import from the file at `path`. False where somebody goes on with it later."""
    try:
        if run.fence > states.MAX_CLAIMS:
            raise Invalid("bring_failed")
        if not path.is_file():
            raise Invalid("bring_not_here")
        with opened(path) as archive:
            run.place = archive.place
            AccountImport.objects.filter(pk=run.pk, fence=run.fence).update(place=run.place[:300], trouble=None)
            # What an earlier part of it told stands, but for what is counted over the whole copy each time.
            told = [one for one in run.notes if one["code"] not in TOLD_ANEW]
            work = Work(run, archive, stopping, notes=told)
            plan = plan_of(archive)
            lost = unreadable(archive)
            if lost:
                work.note(Invalid("bring_bad_rows", count=lost))
            bring_texts(work)
            bring_style_pages(work)
            try:
                bring_all(work, plan)
            finally:
                # Also of what only came in part.
                _close(work, plan)
        states.end(run)
    except Cut:
        return True
    except Stopped:
        states.put_off(run, None)
        return False
    except (NotNow, OutOfReach) as error:
        if isinstance(error, NotNow) and error.code == "upload_no_room":
            states.end(run, NotNow("bring_no_room"))
            return True
        states.put_off(run, timezone.now() + A_MOMENT)
        return False
    except UserFacingError as error:
        if error.code in SPENT:
            states.put_off(run, _tomorrow(), error)
            return False
        states.end(run, error)
    except OSError:
        logger.exception("The import %s could not be read or kept", run.pk)
        states.end(run, NotNow("bring_no_room"))
    except Exception:
        logger.exception("The import %s of account %s stopped", run.pk, run.user_id)
        states.end(run, Invalid("bring_failed"))
    return True


def _close(work: Work, plan: Plan) -> None:
    link(work, plan)
    AccountImport.objects.filter(pk=work.run.pk, fence=work.run.fence).update(notes=work.notes)


def _tomorrow() -> datetime:
    """The site's next midnight, when allowances begin anew."""
    day = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(seconds=30)
