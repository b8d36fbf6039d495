"""Searches beside edits on other connections: nothing breaks, nothing stands there twice by chance, and in the end all
is as a plain loop finds it."""

import random
from threading import Event

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from gallery.models import Post, PostStats
from gallery.posts import counted
from gallery.search import policy, search
from gallery.tag_edits import put_tags
from tagging.edit import move_post_counts
from tagging.models import Tag
from tests.factories import make_asset_row, make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
VISITOR = AnonymousUser()
TAGS = ("ant", "bee", "cat", "dog")
POSTS, EDITED = 40, 20


def site():
    author = make_user()
    return [make_post(author, asset=make_asset_row(author), tags=TAGS[: number % 4 + 1]) for number in range(POSTS)]


def change(post_id, chance):
    """New tags and another score, as an edit and a vote make them."""
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=post_id)
        before = counted(post)
        put_tags(post, Tag.objects.filter(name__in=chance.sample(TAGS, chance.randint(1, 4))))
        post.save()
        move_post_counts(before, counted(post))
        score = chance.randint(0, 2)
        PostStats.objects.filter(pk=post_id).update(score=score, up_score=score, down_score=0)


def walk(text, limit=7):
    page = search(text, VISITOR, limit=limit)
    ids = [post.pk for post in page.posts]
    while page.next_token:
        page = search(text, VISITOR, limit=limit, page_token=page.next_token)
        ids += [post.pk for post in page.posts]
    return ids


def looped(text):
    """What `text` (one or two tags, an order) means, post by post."""
    names = dict(Tag.objects.values_list("pk", "name"))
    wanted = {word for word in text.split() if ":" not in word}
    posts = [
        post for post in Post.objects.select_related("stats") if wanted <= {names[tag_id] for tag_id in post.tag_ids}
    ]
    key = (lambda post: (post.stats.score, post.pk)) if "order:score" in text else (lambda post: post.pk)
    return [post.pk for post in sorted(posts, key=key, reverse=True)]


@pytest.mark.parametrize("ways", [{}, {"SMALL_SITE": 0, "STEPS_PER_MATCH": 1e6, "PATIENCE": 1e-3}])
def test_searches_beside_edits(monkeypatch, ways):
    for name, value in ways.items():
        monkeypatch.setattr(policy, name, value)
    posts = [post.pk for post in site()]
    moving, still = posts[:EDITED], set(posts[EDITED:])
    queries = ["cat", "ant bee", "cat order:score", "order:score"]
    # The posts that nobody changes.
    steady = {text: still & set(looped(text)) for text in queries}
    done = Event()

    def edit():
        chance = random.Random(4)
        try:
            for _ in range(60):
                change(chance.choice(moving), chance)
        finally:
            done.set()

    def look():
        looks = 0
        while not done.is_set() or looks < 2:
            for text in queries:
                ids = walk(text)
                repeated = {post_id for post_id in ids if ids.count(post_id) > 1}
                # Only a post that moved in the order meanwhile can be met twice.
                assert repeated <= (set(moving) if "order:score" in text else set())
                assert steady[text] <= set(ids) <= steady[text] | set(moving)
            looks += 1
        return looks

    edited, looks = at_once(edit, look)
    assert edited is None
    assert isinstance(looks, int), looks
    for text in queries:
        assert walk(text) == looped(text)
        page = search(text, VISITOR)
        assert (page.count, page.count_is_exact) == (len(looped(text)), True)


def test_pages_before_and_after_an_edit_fit_together():
    """Between two pages, the posts at the seam change: the second page begins where the first one ended."""
    posts = [post.pk for post in site()]
    for order in ("score", "id_desc", "change"):
        first = search(f"order:{order}", VISITOR, limit=5)
        seam = first.posts[-1].pk
        chance = random.Random(1)
        at_once(lambda seam=seam, chance=chance: change(seam, chance))
        rest, page = [], search(f"order:{order}", VISITOR, limit=5, page_token=first.next_token)
        rest += [post.pk for post in page.posts]
        while page.next_token:
            page = search(f"order:{order}", VISITOR, limit=5, page_token=page.next_token)
            rest += [post.pk for post in page.posts]
        shown = [post.pk for post in first.posts]
        assert set(shown) | set(rest) == set(posts)
        assert set(shown) & set(rest) <= {seam}
        assert len(rest) == len(set(rest))
