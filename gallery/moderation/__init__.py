"""What moderators do to posts, each act with a reason and a row in the append-only log.

Authors' own acts are in `gallery.posts`; queues, cases and appeals will live here.
"""

from gallery.moderation.acts import approve, remove, rerate, restore

__all__ = ["approve", "remove", "rerate", "restore"]
