"""What an editor is told after an edit: what was not done and why, and what may deserve another look.

Nothing here tells of tags that stand on posts out of the editor's sight alone: to them such a tag is a new one.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.models import Post, User
from gallery.post_state import suggested_rating
from gallery.ratings import Rating
from gallery.tag_edits.rules import Settled
from gallery.tags.known import mentionable_tags
from tagging.models import Category, Tag

FEW_GENERAL_TAGS = 10


def unknown_to(editor: User, added: Iterable[Tag]) -> list[Tag]:
    """Those of the tags that are new as far as the editor can know."""
    tags = list(added)
    known = mentionable_tags(editor, [tag.name for tag in tags]) if tags else set()
    return [tag for tag in tags if tag.name not in known]


def warnings(
    post: Post, removed: frozenset[int], added: list[Tag], settled: Settled, unknown: list[Tag], editor: User
) -> list[str]:
    """Sentences about an edit that is about to be written; none about what did not change."""
    found: list[str] = []
    automatic = {tag.pk for tag in settled.automatic}
    stays = [tag for tag in settled.tags if tag.pk in removed]
    by_site = [tag.name for tag in stays if tag.pk in automatic]
    implied = [tag.name for tag in stays if tag.pk not in automatic and tag in settled.implied]
    if by_site:
        found.append(_("The site sets these tags by itself, so they stay: %(names)s.") % {"names": _list(by_site)})
    if implied:
        found.append(
            _("These tags follow from others on the post, so they stay: %(names)s.") % {"names": _list(implied)}
        )
    there = {tag.pk for tag in settled.tags}
    refused = [tag.name for tag in added if tag.pk not in there]
    if refused:
        found.append(
            _("The site sets these tags by itself, and they do not fit the picture: %(names)s.")
            % {"names": _list(refused)}
        )
    if unknown:
        names = _list(tag.name for tag in unknown if tag.pk in there)
        if names:
            found.append(_("New tags; please check how they are written: %(names)s.") % {"names": names})
    general = sum(tag.category == Category.GENERAL for tag in settled.tags)
    if (added or removed) and general < FEW_GENERAL_TAGS:
        sentence = ngettext(
            "The post has %(count)d general tag. Ten or more make it easy to find.",
            "The post has %(count)d general tags. Ten or more make it easy to find.",
            general,
        )
        found.append(sentence % {"count": general})
    if editor.pk != post.author_id:
        suggested = suggested_rating(added, "")
        if suggested.strength > Rating(post.rating).strength:
            found.append(
                _("What you added calls for the rating “%(wanted)s”, and the post is rated “%(rating)s”.")
                % {"wanted": suggested.label, "rating": post.get_rating_display()}
            )
    return found


def others(came: Iterable[str], went: Iterable[str]) -> list[str]:
    """What is said of tags that others added or removed while the edit was written."""
    found = []
    if added := _list(came):
        found.append(_("Others added these tags meanwhile; they stay: %(names)s.") % {"names": added})
    if removed := _list(went):
        found.append(_("Others removed these tags meanwhile; they stay away: %(names)s.") % {"names": removed})
    return found


def absent(names: Iterable[str]) -> list[str]:
    """What is said of tags that should go and are not there."""
    listed = _list(names)
    return [_("The post did not have these tags: %(names)s.") % {"names": listed}] if listed else []


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
