"""The door through which people change the tags of posts, and with them parent, source and rating.

An edit says what its writer saw and what they want instead; what others changed meanwhile stays (a three-way merge).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from gallery.accounts.standing import require_may_act
from gallery.community import favourite_groups, opinions
from gallery.errors import Invalid, NotAllowed
from gallery.models import Post, PostGeneration, User
from gallery.post_ratings.changes import rating_after_edit, require_wish
from gallery.post_state import EDITABLE, checked_rating, locked, require_status
from gallery.ratings import Rating
from gallery.refusals.counting import counting
from gallery.refusals.judging import require
from gallery.refusals.posting import require_whole, said_with, send_to_review
from gallery.tag_edits import advice
from gallery.tag_edits.acts import Wishes, wishes
from gallery.tag_edits.automatic import SHAPE_TAGS, TAGME, automatic_names
from gallery.tag_edits.curation import recategorise, require_recategorisable
from gallery.tag_edits.limits import spend
from gallery.tag_edits.lineage import require_parent
from gallery.tag_edits.rules import refuse_deprecated, settle
from gallery.tag_edits.state import State
from gallery.tag_edits.store import COLUMNS, lock_posts_with, lock_tags, write
from gallery.tag_edits.terms import Act, Terms, read, writable
from gallery.visibility import reachable_posts
from tagging.edit import ensure_tags, resolve_tags
from tagging.messages import explain_name
from tagging.models import Category, Tag
from tagging.names import TagNameError, normalise_tag, validate_tag
from tagging.relations import implied_tags


@dataclass(frozen=True)
class Edited:
    """A post after an edit, and what its editor should know: sentences in the reader's language."""

    post: Post
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """The merge, before it is written: the tags a post is to have, and how people came to them.

    `absent` should have gone and were not there; `came` and `went` is what others did since the editor looked.
    """

    tags: list[Tag]
    added: list[Tag] = field(default_factory=list)
    removed: frozenset[int] = frozenset()
    absent: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


@counting
@transaction.atomic
def edit_tags(editor: User, post: Post, *, new: str, seen: str | None = None) -> Edited:
    """Change a post by the edit string `new`, written by somebody who saw the tags `seen` (None: those of now).

    What is in `new` and not in `seen` is added, what is in `seen` and not in `new` is taken away, `-tag` is taken away
    whatever else is said; the rest stays as it is now. Raises NotAllowed, Invalid (nothing is changed; the sentence
    names every word that is wrong) and InvalidTransition (the post is in no state to be changed).
    """
    terms = read(new)
    if editor.pk != post.author_id:
        return edit_terms(editor, post, terms, seen)
    verdict = require(said_with("", "", terms.tags))
    edited = edit_terms(editor, post, terms, seen)
    send_to_review(edited.post, verdict)
    return edited


def apply_script(editor: User, post: Post, script: str) -> Edited:
    """Change a post by an edit string that names only what is to change. Raises as `edit_tags` does."""
    return edit_tags(editor, post, new=script, seen="")


@transaction.atomic
def edit_terms(
    editor: User, post: Post, terms: Terms, seen: str | None, also: Mapping[str, Any] | None = None
) -> Edited:
    """`edit_tags` for terms that are read already; `also` are fields of the post that its author sets with them."""
    asked = wishes(terms.acts, editor.username)
    kinds = _new_categories(editor, terms)
    rows = begin(editor, post, asked.posts, with_children=asked.no_children, having=[tag.pk for tag, _kind in kinds])
    post = rows[post.pk]
    if kinds:
        _recategorise(editor, post, terms, kinds)
    before = State.of(post)
    current = Tag.objects.filter(pk__in=post.tag_ids)
    wanted = merge(
        current, terms, None if seen is None else writable(seen).split(), automatic_names(post, recorded_model(post))
    )
    for name, value in (also or {}).items():
        setattr(post, name, value)
    _set_fields(editor, post, asked)
    warnings = change(editor, post, wanted, before=before)
    if also:
        post.save(update_fields=[*also, "updated_at"])
    warnings += advice.others(wanted.came, wanted.went) + advice.absent(wanted.absent)
    _set_children(editor, post, asked, rows)
    for act in asked.opinions:
        _opine(editor, post, act)
    return Edited(post, tuple(warnings))


def merge(
    current: Iterable[Tag],
    terms: Terms,
    seen: Collection[str] | None,
    automatic: Mapping[str, Category] | None = None,
) -> Wanted:
    """The tags that a post with `current` is to have; missing ones are made, and with them those `automatic` ones that
    it will need. Raises Invalid (a name, a deprecated tag).

    Call it in the transaction that locked the post.
    """
    now = {tag.pk: tag for tag in current}
    seen_names = [] if seen is None else [normalise_tag(name) for name in seen]
    known = resolve_tags([*terms.tags, *terms.removed, *seen_names])
    names = {name: kind for name, kind in terms.tags.items() if name not in terms.removed}
    new = _named(names, known, automatic or {})
    seen_ids = set(now) if seen is None else {known[name].pk for name in seen_names if name in known}
    taken = {known[name].pk for name in terms.removed if name in known}
    removed = frozenset((seen_ids - new.keys()) | taken)
    added = [tag for pk, tag in new.items() if pk not in seen_ids and pk not in removed and pk not in now]
    refuse_deprecated(added)
    kept = [tag for pk, tag in now.items() if pk not in removed]
    absent = tuple(name for name in terms.removed if name not in known or known[name].pk not in now)
    if not seen:  # a script, or nobody looked: it does not speak of what was there
        return Wanted([*kept, *added], added, removed, absent if seen is None else ())
    came = tuple(tag.name for pk, tag in now.items() if pk not in seen_ids and pk not in new and pk not in removed)
    went = tuple(tag.name for pk, tag in new.items() if pk in seen_ids and pk not in now and pk not in removed)
    return Wanted([*kept, *added], added, removed, absent, came, went)


def make_tags(names: Mapping[str, Category | None], automatic: Mapping[str, Category]) -> list[Tag]:
    """The tags of these names, made where they are missing, as are the automatic ones that the post will need.

    Raises Invalid (a name, a deprecated tag).
    """
    tags = list(_named(names, resolve_tags(names), automatic).values())
    refuse_deprecated(tags)
    return tags


def begin(
    editor: User, post: Post, others: Iterable[int] = (), *, with_children: bool = False, having: Collection[int] = ()
) -> dict[int, Post]:
    """The post and the `others`, locked in the order of their numbers, if this person may edit all of them.

    `with_children` adds those children that they may edit. Posts with one of the tags `having` are locked with them,
    whoever may edit those: all the posts that an edit locks, before any tag.
    """
    require_may_act(editor)
    wanted = {post.pk, *others}
    reachable = set(Post.objects.filter(reachable_posts(editor), pk__in=wanted).values_list("pk", flat=True))
    for missing in sorted(wanted - reachable):
        raise Invalid("no_such_post", id=missing)
    if with_children or having:
        held = lock_posts_with(having, also=wanted, children_of=post.pk if with_children else None)
        if with_children:
            # Who became a child since is not meant, and would be locked out of order.
            mine = Post.objects.filter(reachable_posts(editor), parent=post.pk, status__in=EDITABLE)
            wanted |= held & set(mine.values_list("pk", flat=True))
    found = {row.pk: row for row in (locked(Post(pk=pk)) for pk in sorted(wanted))}
    for row in found.values():
        require_status(row, EDITABLE)
    return found


def change(editor: User, post: Post, wanted: Wanted, *, before: State, limited: bool = True) -> list[str]:
    """Write a merge to a locked post, with what was set on the object since `before`; returns warnings."""
    settled = settle(post, wanted.tags, recorded_model(post))
    after = {tag.pk for tag in settled.tags}
    if wanted.added and editor.pk == post.author_id:
        # What others add is theirs to say, and for moderators to look at.
        require_whole(post, settled.tags)
    unknown = advice.unknown_to(editor, wanted.added)
    if limited:
        spend(editor, new_tags=len(unknown), changed_tags=len(before.tag_ids ^ after))
    post.rating = checked_rating(post.rating)
    post.rating = rating_after_edit(editor, post, Rating(before.rating), settled.tags)
    warnings = advice.warnings(post, wanted.removed, wanted.added, settled, unknown, editor)
    if (after, post.rating, post.parent_id, post.source) != (
        before.tag_ids,
        before.rating,
        before.parent_id,
        before.source,
    ):
        write(editor, post, settled.tags, before)
    return warnings


def _named(
    names: Mapping[str, Category | None], known: dict[str, Tag], automatic: Mapping[str, Category]
) -> dict[int, Tag]:
    missing = [name for name in names if name not in known]
    for name in missing:
        try:
            validate_tag(name)
        except TagNameError as error:
            raise Invalid("bad_tag", problem=explain_name(error)) from error
    # All in one go: two writers who made the same tags one by one, in orders of their own, would lock each other up.
    made = {**automatic, **{name: names[name] or Category.GENERAL for name in missing}}
    found = {tag.name: tag for tag in ensure_tags(made, made)}
    tags = [known[name] if name in known else found[name] for name in names]
    return {tag.pk: tag for tag in tags}


def _new_categories(editor: User, terms: Terms) -> list[tuple[Tag, Category]]:
    """What `artist:name` asks for of tags that there are, if this person may do it, in the order of locking."""
    wanted = {name: category for name, category in terms.tags.items() if category is not None}
    if not wanted:
        return []
    require_may_act(editor)
    known = resolve_tags([*wanted, *terms.removed])
    removed = {known[name].pk for name in terms.removed if name in known}
    kinds = {known[name]: kind for name, kind in wanted.items() if name in known and known[name].pk not in removed}
    changing = sorted(((tag, kind) for tag, kind in kinds.items() if tag.category != kind), key=lambda pair: pair[0].pk)
    for tag, kind in changing:
        require_recategorisable(editor, tag, kind)
    # Before anything is locked: one word is enough to lock and rewrite many posts.
    spend(editor, new_tags=0, changed_tags=len(changing))
    return changing


def _recategorise(editor: User, post: Post, terms: Terms, kinds: list[tuple[Tag, Category]]) -> None:
    """Change the categories of tags whose posts are locked. All tags that the edit can touch are locked first."""
    automatic = automatic_names(post, recorded_model(post))
    named = resolve_tags([*terms.tags, *terms.removed, *automatic, *SHAPE_TAGS, TAGME]).values()
    near = [*Tag.objects.filter(pk__in=post.tag_ids), *named]
    lock_tags({tag.pk for tag in [*near, *implied_tags(near)]})
    for tag, kind in kinds:
        recategorise(editor, tag, kind)
    post.refresh_from_db(fields=list(COLUMNS.values()))


def recorded_model(post: Post) -> str:
    """The name of the checkpoint that drew a post, empty for none."""
    return PostGeneration.objects.values_list("model_name", flat=True).filter(post=post).first() or ""


def _set_fields(editor: User, post: Post, asked: Wishes) -> None:
    if asked.rating is not None:
        rating = checked_rating(asked.rating)
        if editor.pk == post.author_id:
            require_wish(post, rating)
            post.rating = rating
        elif post.rating != rating and editor.is_moderator:
            raise NotAllowed("rating_by_moderation")
        elif post.rating != rating:
            raise NotAllowed("rating_by_author")
    if asked.source is not None:
        post.source = asked.source
    if post.parent_id in asked.not_parent:
        post.parent_id = None
    if asked.parent is not None and (asked.parent or None) != post.parent_id:
        if asked.parent:
            require_parent(editor, asked.parent)
        post.parent_id = asked.parent or None


def _set_children(editor: User, post: Post, asked: Wishes, rows: dict[int, Post]) -> None:
    gone = set(asked.not_children)
    if asked.no_children:
        # Those that were locked when this began; who became a child since is not meant.
        gone |= {row.pk for row in rows.values() if row.parent_id == post.pk}
    for number in sorted(asked.children | gone):
        child = rows[number]
        wanted_parent = post.pk if number in asked.children else None
        if child.parent_id == wanted_parent or (wanted_parent is None and child.parent_id != post.pk):
            continue
        before = State.of(child)
        child.parent_id = wanted_parent
        write(editor, child, Tag.objects.filter(pk__in=child.tag_ids), before)


def _opine(editor: User, post: Post, act: Act) -> None:
    match act.name, act.negated:
        case "fav", False:
            opinions.favourite(editor, post)
        case "fav", True:
            opinions.unfavourite(editor, post)
        case "favgroup", False:
            favourite_groups.add_to_group(editor, act.value, post)
        case "favgroup", True:
            favourite_groups.remove_from_group(editor, act.value, post)
        case "upvote" | "downvote" as name, negated:
            opinions.vote(editor, post, 0 if negated else 1 if name == "upvote" else -1)
