"""One edit string carried out on many posts that somebody picked (Danbooru's tag scripts)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.errors import Invalid, UserFacingError
from gallery.models import Post, User
from gallery.tag_edits import apply_script, terms
from gallery.tag_edits.limits import left
from gallery.visibility import reachable_posts
from tagging.edit import resolve_tags
from tagging.models import Tag
from tagging.relations import implied_tags

MOST_POSTS = 200


@dataclass(frozen=True)
class Outcome:
    """What a script did to one post: tags added and taken away, what its editor should know, or why it was refused.

    `changed` also counts what is no tag: parent, source, rating.
    """

    post_id: int
    post: Post | None = None
    changed: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refused: str = ""


def run_script(editor: User, post_ids: Iterable[int], script: str) -> list[Outcome]:
    """Carry the script out on each post, in a transaction of its own, so that one refused post stops no other.

    Raises Invalid before anything is done: no script, no posts, too many posts, a word that is wrong for every post.
    """
    ids = list(dict.fromkeys(post_ids))
    if not script.strip():
        raise Invalid("script_needed")
    if not ids:
        raise Invalid("no_posts_picked")
    if len(ids) > MOST_POSTS:
        raise Invalid("too_many_posts_picked", count=len(ids), limit=MOST_POSTS)
    read = terms.read(script)
    posts = Post.objects.filter(reachable_posts(editor)).in_bulk(ids)
    _require_within_limit(editor, posts.values(), read)
    return [_on_one(editor, post_id, posts.get(post_id), script) for post_id in ids]


def _require_within_limit(editor: User, posts: Iterable[Post], read: terms.Terms) -> None:
    """Raises Invalid where the script would end at the limit of a member halfway through the posts."""
    allowed = left(editor)
    if allowed is None:
        return
    known = resolve_tags([*read.tags, *read.removed])
    removed = {known[name].pk for name in read.removed if name in known}
    new = [name for name in read.tags if name not in read.removed]
    named = [known[name] for name in new if name in known and known[name].pk not in removed]
    added = {tag.pk for tag in [*named, *implied_tags(named)]}
    unknown = sum(name not in known for name in new)
    count = sum(unknown + len(added - set(post.tag_ids)) + len(removed & set(post.tag_ids)) for post in posts)
    if count > allowed:
        raise Invalid("script_too_large", count=count, limit=allowed)


def _on_one(editor: User, post_id: int, before: Post | None, script: str) -> Outcome:
    if before is None:
        return Outcome(post_id, refused=Invalid("no_such_post", id=post_id).message)
    try:
        edited = apply_script(editor, before, script)
    except UserFacingError as error:
        return Outcome(post_id, before, refused=error.message)
    after = edited.post
    was, now = set(before.tag_ids), set(after.tag_ids)
    names = dict(Tag.objects.filter(pk__in=was ^ now).values_list("pk", "name"))
    fields = ("tag_ids", "rating", "parent_id", "source")
    return Outcome(
        post_id,
        after,
        changed=any(getattr(before, name) != getattr(after, name) for name in fields),
        added=tuple(sorted(names[pk] for pk in now - was)),
        removed=tuple(sorted(names[pk] for pk in was - now)),
        warnings=edited.warnings,
    )
