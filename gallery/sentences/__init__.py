"""The sentences of errors that a person is shown, by their codes: what was wrong, and what would be right."""

from typing import Any

from gallery.sentences import bringing, files, filters, moderation, people, posts, takes

MESSAGES: dict[str, Any] = {
    **bringing.MESSAGES,
    **files.MESSAGES,
    **filters.MESSAGES,
    **moderation.MESSAGES,
    **people.MESSAGES,
    **posts.MESSAGES,
    **takes.MESSAGES,
}
