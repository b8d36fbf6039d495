"""What publication and edits make of a post's rating: the author's word, the rules on tags and prompt, tags' minimums.

The author's own word goes up and down, and with the author's own edits what the rules say; what others said only goes
up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gallery.errors import Invalid
from gallery.models import Post, PostGeneration, RatingSource, User
from gallery.models.rating import RatingKind
from gallery.post_ratings.floors import floor_of, reasons_of
from gallery.post_ratings.sources import (
    Rows,
    one_step_above,
    rating_that_counts,
    record_rating,
    say,
    sources_of,
)
from gallery.rating import suggest_rating
from gallery.ratings import Rating, strictest
from tagging.models import Category, Tag


def rate_new(post: Post, wish: Rating, tags: Iterable[Tag], prompt: str) -> list[RatingSource]:
    """Set the rating of a post that is about to be published, and return what it rests on, to be saved after it."""
    rows = [RatingSource(post=post, kind=RatingKind.AUTHOR, rating=wish, counts=wish)]
    listed = list(tags)
    for kind, (rating, reasons) in {
        RatingKind.RULES: what_rules_say(listed, prompt),
        RatingKind.FLOOR: floor_of(listed),
    }.items():
        if rating != Rating.GENERAL:
            rows.append(RatingSource(post=post, kind=kind, rating=rating, counts=rating, reasons=reasons))
    post.rating = rating_that_counts(rows)
    decided = decided_for_pixels(post)
    if decided is not None and decided.strength > Rating(post.rating).strength:
        rows.append(RatingSource(post=post, kind=RatingKind.MODERATOR, rating=decided, counts=decided))
        post.rating = decided
    return rows


def decided_for_pixels(post: Post) -> Rating | None:
    """The strictest rating that moderators gave to other posts of the same pixels, hidden ones too. It raises a copy
    and never lowers one, and nothing but the rating tells of the other post."""
    same = RatingSource.objects.filter(
        kind=RatingKind.MODERATOR, post__asset__pixel_sha256=post.asset.pixel_sha256
    ).exclude(post__asset=post.asset_id)
    found = [Rating(rating) for rating in same.values_list("rating", flat=True).distinct()]
    return strictest(found) if found else None


def rating_after_edit(editor: User, post: Post, before: Rating, tags: Iterable[Tag]) -> Rating:
    """What a post is rated after an edit that leaves it with these tags; it was rated `before`, and where the author
    edits it, `post.rating` is what they want. Others' edits can only bring tags with a minimum.

    Raises Invalid as `require_wish` does.
    """
    rows, listed, kind = sources_of(post, before), list(tags), RatingKind.FLOOR
    mine = editor.pk == post.author_id
    if mine:
        wish, kind = Rating(post.rating), RatingKind.AUTHOR
        prompt = PostGeneration.objects.values_list("prompt", flat=True).filter(post=post).first() or ""
        _say_rules(rows, post, *what_rules_say(listed, prompt))
        if wish != before:
            _require(rows, wish)
            _say_word(rows, post, wish)
        # Who leaves the rating as it is stands by it.
        elif rating_that_counts(rows.values()).strength < wish.strength:
            _say_word(rows, post, wish)
    _say_floor(rows, post, *floor_of(listed))
    post.rating = rating_that_counts(rows.values())
    if post.rating != before:
        record_rating(post, kind, before=before, by=editor if mine else None)
    return Rating(post.rating)


def rating_with_tags(post: Post, tags: Iterable[Tag], added: Iterable[Tag], floors: Mapping[int, Rating]) -> Rating:
    """What a locked post is rated that a bulk update gives these tags: never less than now. `floors`: the minimums of
    all tags that come up."""
    before = Rating(post.rating)
    rules, reasons = what_rules_say(added, "")
    mine = {tag: floors[tag.pk] for tag in tags if tag.pk in floors}
    floor = strictest(list(mine.values()))
    if strictest([before, rules, floor]) == before:
        return before
    rows = sources_of(post, before)
    there = rows.get(RatingKind.RULES)
    if rules.strength > (Rating(there.rating).strength if there else 0):
        _say_rules(rows, post, rules, reasons)
    _say_floor(rows, post, floor, reasons_of(tag.name for tag, least in mine.items() if least == floor))
    return _risen(rows, post, before)


def say_floors(post: Post) -> None:
    """Write down what the minimums of a locked post's tags ask for, after one of them changed."""
    rows = sources_of(post, Rating(post.rating))
    _say_floor(rows, post, *floor_of(Tag.objects.filter(pk__in=post.tag_ids)))


def require_wish(post: Post, wish: Rating) -> None:
    """Raises Invalid where a moderator decided that the post is rated higher, or locked its rating."""
    _require(sources_of(post, Rating(post.rating)), wish)


def what_rules_say(tags: Iterable[Tag], prompt: str) -> tuple[Rating, list[dict[str, str]]]:
    """What the rules ask for at least, and the phrases that do, with where they stand. What a model is called says
    nothing of the picture."""
    names = [tag.name for tag in tags if tag.category != Category.MODEL]
    by_tags, by_prompt = suggest_rating(names, ""), suggest_rating([], prompt)
    rating = strictest([by_tags.rating, by_prompt.rating])
    found = [("tag", reason) for reason in by_tags.reasons] + [("prompt", reason) for reason in by_prompt.reasons]
    return rating, [{"phrase": reason.phrase, "where": where, "rating": reason.rating.value} for where, reason in found]


def _risen(rows: Rows, post: Post, before: Rating) -> Rating:
    after = strictest([before, rating_that_counts(rows.values())])
    if after != before:
        post.rating = after
        record_rating(post, _which_says(rows, after), before=before)
        post.rating = before
    return after


def _which_says(rows: Rows, rating: Rating) -> RatingKind:
    floor = rows.get(RatingKind.FLOOR)
    return RatingKind.FLOOR if floor and floor.counts == rating and not floor.overruled else RatingKind.RULES


def _require(rows: Rows, wish: Rating) -> None:
    decided = rows.get(RatingKind.MODERATOR)
    if decided is None:
        return
    if decided.locked and wish != decided.rating:
        raise Invalid("rating_locked", rating=Rating(decided.rating).label)
    if wish.strength < Rating(decided.rating).strength:
        raise Invalid("rating_fixed", rating=Rating(decided.rating).label)


def _say_word(rows: Rows, post: Post, wish: Rating) -> None:
    say(rows, post, RatingKind.AUTHOR, wish, counts=wish)
    rater = rows.get(RatingKind.RATER)
    if rater is not None and rater.counts:
        # It may go one step above the author's word, and that one has moved; what it raised already stays.
        rater.counts = strictest([Rating(rater.counts), min_of(Rating(rater.rating), one_step_above(wish))])
        rater.save(update_fields=["counts"])


def min_of(one: Rating, other: Rating) -> Rating:
    """The less strict of the two."""
    return min(one, other, key=lambda rating: rating.strength)


def _say_rules(rows: Rows, post: Post, rating: Rating, reasons: list[dict[str, str]]) -> None:
    there = rows.get(RatingKind.RULES)
    if there is None and rating == Rating.GENERAL:
        return
    if there is None or (there.rating, there.reasons) != (rating, reasons):
        say(rows, post, RatingKind.RULES, rating, counts=rating, reasons=reasons)


def _say_floor(rows: Rows, post: Post, rating: Rating, reasons: list[dict[str, str]]) -> None:
    """A tag that goes takes its minimum not with it: only moderators lower."""
    there = rows.get(RatingKind.FLOOR)
    if rating.strength > (Rating(there.rating).strength if there else 0):
        say(rows, post, RatingKind.FLOOR, rating, counts=rating, reasons=reasons)
