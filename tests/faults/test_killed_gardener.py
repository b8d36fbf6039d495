"""kill -9 in the middle of a bulk update: what was done stays, and the next gardener does the rest, once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from config.embedded.site import Gardener
from gallery.bulk_updates import requests
from gallery.bulk_updates.bell import ring
from gallery.models import Asset, BulkUpdateRequest, Post, PostVersion
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role
from gallery.tag_edits import put_tags
from tagging.edit import ensure_tags
from tagging.models import Tag
from tests.database import test_database_url
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]
POSTS = 1000


@pytest.fixture
def gardener(transactional_db: None, broker: str, tmp_path: Path) -> Iterator[Gardener]:
    """A gardener as `make run` starts it, on the test's database and broker."""
    environment = {"DATABASE_URL": test_database_url(connection.settings_dict), "SECRET_KEY": "for this test"}
    process = Gardener(tmp_path / "gardener.log", {"BROKER_URL": broker, **environment})
    process.start()
    yield process
    process.stop()


def until(condition: Callable[[], bool], gardener: Gardener, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, gardener.output()[-4000:]
        time.sleep(0.02)


def make_posts() -> Tag:
    """Many posts with one tag, without files."""
    user = make_user()
    (tag,) = ensure_tags(["neko"])
    assets = Asset.objects.bulk_create(
        Asset(owner=user, width=64, height=48, pixel_sha256="0" * 64, dominant_color="#102030") for _ in range(POSTS)
    )
    posts = [
        Post(asset=asset, author=user, rating="g", ai_level="generated", ai_evidence="site_job") for asset in assets
    ]
    for post in posts:
        put_tags(post, [tag])
    Post.objects.bulk_create(posts)
    Tag.objects.filter(pk=tag.pk).update(post_count=POSTS, general_count=POSTS)
    return tag


def test_a_killed_gardener_loses_nothing_and_does_nothing_twice(gardener: Gardener) -> None:
    old = make_posts()
    request = requests.propose(make_user(), title="Cats", script="alias neko -> cat", reason="")
    requests.approve(make_user(role=Role.OWNER), request)  # outside of a transaction: the bell rings at once

    def row() -> BulkUpdateRequest:
        return BulkUpdateRequest.objects.get(pk=request.pk)

    until(lambda: row().posts_done > 0, gardener)
    assert gardener.child is not None
    os.kill(gardener.child.pid, signal.SIGKILL)
    gardener.child.wait()
    at_the_kill = row()
    assert at_the_kill.status == BulkUpdateStatus.PROCESSING
    new = Tag.objects.get(name="cat")
    moved = Post.objects.filter(tag_ids__contains=[new.pk]).count()
    assert moved == at_the_kill.posts_done < POSTS
    assert Post.objects.filter(tag_ids__contains=[old.pk]).count() == POSTS - moved
    # Its lease runs out, and beat rings.
    BulkUpdateRequest.objects.filter(pk=request.pk).update(lease_until=timezone.now())
    gardener.start()
    assert ring()
    until(lambda: row().status != BulkUpdateStatus.PROCESSING, gardener)
    assert (row().status, row().error) == (BulkUpdateStatus.APPROVED, "")
    assert not Post.objects.filter(tag_ids__contains=[old.pk]).exists()
    assert Post.objects.filter(tag_ids__contains=[new.pk]).count() == POSTS
    assert set(Tag.objects.filter(name__in=["neko", "cat"]).values_list("name", "post_count", "general_count")) == {
        ("neko", 0, 0),
        ("cat", POSTS, POSTS),
    }
    # One version before and one after, though a batch was begun twice.
    assert set(PostVersion.objects.values_list("number").annotate(posts=Count("pk"))) == {(1, POSTS), (2, POSTS)}


def test_the_gardener_imports_no_engine() -> None:
    code = (
        "import sys; from config.celery import app; app.loader.import_default_modules();"
        "print(sorted({'torch', 'diffusers', 'transformers', 'onnxruntime'} & set(sys.modules)))"
    )
    environment = {**os.environ, "IRODORI_ROLE": "gardener", "SECRET_KEY": "for this test"}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.strip() == "[]"
