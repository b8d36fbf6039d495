"""The sentences of errors that a person is shown, by their codes: what was wrong, and what would be right."""

from typing import Any

from gallery.sentences import files, filters, moderation, people, posts, takes

MESSAGES: dict[str, Any] = {
    **files.MESSAGES,
    **filters.MESSAGES,
    **moderation.MESSAGES,
    **people.MESSAGES,
    **posts.MESSAGES,
    **takes.MESSAGES,
}
