"""Hashes pictures and compares posts, which the background does bit by bit, in one go."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.similar.upkeep import compare_posts, hash_pictures


class Command(BaseCommand):
    """`manage.py look_for_copies`."""

    help = (
        "Give every picture the hash by which copies are found, and hold every post against the others. "
        "Stopped, it goes on where it was the next time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Until nothing is left."""
        self.stdout.write(f"{hash_pictures()} pictures hashed, {compare_posts()} posts compared.")
