"""Celery's edge of the gallery: bulk updates, and the removal of old files."""

import time
from threading import Event
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from gallery.accounts.deletion import delete_due_accounts
from gallery.accounts.exports.requests import TASK as EXPORT_TASK
from gallery.accounts.exports.requests import make_waiting, remove_old_exports
from gallery.accounts.sessions import forget_ended
from gallery.bulk_updates.bell import RUN_TASK
from gallery.bulk_updates.runner import run_waiting
from gallery.dashboard.storage import count_storage
from gallery.downloads import remove_old_downloads
from gallery.post_ratings.recounting import recount_votes
from gallery.post_ratings.upkeep import call_moderators, raise_by_floors, rate_posts
from gallery.refusals.counting import drop_old_refusals
from gallery.refusals.hash_lists import read_lists
from gallery.similar.upkeep import compare_posts, hash_pictures

# After so long others have their turn; the next time goes on where this one stopped.
COPIES_SECONDS = 20
RATING_SECONDS = 20

_stopping = Event()


@worker_shutting_down.connect(weak=False, dispatch_uid="gallery.stop")
def _stop(**_: Any) -> None:
    _stopping.set()


@shared_task(name=RUN_TASK)
def run_bulk_updates() -> int:
    """Carry out what was approved; beat asks for it twice a minute, in case a bell was lost or a run was killed."""
    return run_waiting(_stopping.is_set)


@shared_task(name="gallery.remove_old_downloads")
def remove_downloads() -> int:
    """Remove files that are untrue by now or that nobody asks for; beat asks for it every hour."""
    return remove_old_downloads(timezone.now())


@shared_task(name=EXPORT_TASK)
def account_export() -> int:
    """Make the copies of accounts that were asked for; beat asks for it every minute, in case a bell was lost."""
    return make_waiting(_stopping.is_set)


@shared_task(name="gallery.remove_old_exports")
def remove_exports() -> int:
    """Remove copies of accounts that expired."""
    return remove_old_exports(timezone.now())


@shared_task(name="gallery.forget_devices")
def forget_devices() -> int:
    """Forget the addresses of sessions that ended."""
    return forget_ended()


@shared_task(name="gallery.delete_accounts")
def delete_accounts() -> int:
    """Delete the accounts whose days of grace are over."""
    return delete_due_accounts(timezone.now(), _stopping.is_set)


@shared_task(name="gallery.read_hash_lists")
def read_hash_lists() -> int:
    """Read the operator's lists of known files anew; beat asks for it once a day."""
    return len(read_lists())


@shared_task(name="gallery.forget_refusals")
def forget_refusals() -> int:
    """Forget refusals of more than a month ago."""
    return drop_old_refusals(timezone.now())


@shared_task(name="gallery.count_storage")
def count_files() -> bool:
    """Count what files take up, once a day; beat asks more often, so that a new site needn't wait for it."""
    return count_storage()


@shared_task(name="gallery.rate_posts")
def rate_new_posts() -> int:
    """Let the rating program look at new posts, carry out minimums of tags, count votes anew where somebody was banned,
    and call moderators where the program takes too long; for a while."""
    ends = time.monotonic() + RATING_SECONDS

    def stopping() -> bool:
        return _stopping.is_set() or time.monotonic() > ends

    called = call_moderators() + recount_votes(stopping)
    return called + rate_posts(stopping) + raise_by_floors(stopping)


@shared_task(name="gallery.miss_ratings")
def miss_ratings() -> int:
    """Call moderators where the rating program takes too long: done by drawing workers, which can't hang with it."""
    return call_moderators()


@shared_task(name="gallery.look_for_copies")
def look_for_copies() -> int:
    """Hash pictures that have no hash and compare posts that were not compared, for a while."""
    ends = time.monotonic() + COPIES_SECONDS

    def stopping() -> bool:
        return _stopping.is_set() or time.monotonic() > ends

    # What was just posted has its hash; old pictures can wait for theirs.
    return compare_posts(stopping) + hash_pictures(stopping)
