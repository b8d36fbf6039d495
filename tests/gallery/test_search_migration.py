"""A site that was there before the search columns gets them filled from what its rows say."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.emptying import let_logs_be_emptied

BEFORE = [("tagging", "0002_counts_for_everybody"), ("gallery", "0003_fill_general_counts")]


def migrate(targets: list[tuple[str, str]]) -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection)


@pytest.fixture
def schema_before(transactional_db: None) -> Iterator[MigrationExecutor]:
    """The tables as they were; afterwards they are as they are now again, whatever the test did."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(BEFORE)
    migrate(newest)
    let_logs_be_emptied()


def test_posts_made_before_are_counted_measured_and_searchable(schema_before):
    old = schema_before.loader.project_state(BEFORE).apps
    user = old.get_model("gallery", "User").objects.create(username="ann")
    tags = [
        old.get_model("tagging", "Tag").objects.create(name=name, category=category, post_count=1, general_count=1)
        for name, category in [("1girl", 0), ("red_hair", 0), ("ann", 1), ("tiny", 6)]
    ]
    asset = old.get_model("gallery", "Asset").objects.create(
        owner=user, width=200, height=160, pixel_sha256="0" * 64, dominant_color="#000000"
    )
    for variant, size in (("original", 4321), ("bare", 4210)):
        old.get_model("gallery", "AssetFile").objects.create(
            asset=asset,
            variant=variant,
            format="png",
            sha256="0" * 64,
            path=variant,
            size_bytes=size,
            width=1,
            height=1,
        )
    posts = old.get_model("gallery", "Post").objects
    fields = {"author": user, "rating": "g", "ai_level": "generated", "ai_evidence": "site_job"}
    post = posts.create(asset=asset, tag_ids=sorted(tag.pk for tag in tags), **fields)
    old.get_model("gallery", "PostStats").objects.create(post=post, score=3)
    old.get_model("gallery", "PostGeneration").objects.create(
        post=post, prompt="1girl, (red_hair:1.2), <lora:x:1>", negative_prompt="", seed=1
    )

    newest = migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    now = newest.loader.project_state(newest.loader.graph.leaf_nodes()).apps
    found = now.get_model("gallery", "Post").objects.get(pk=post.pk)
    assert (found.tag_count, found.general_tags, found.artist_tags) == (4, 2, 1)
    assert (found.model_tags, found.meta_tags) == (1, 0)
    assert (found.width, found.height, found.file_size, found.file_type) == (200, 160, 4210, "png")
    made = now.get_model("gallery", "PostGeneration").objects.get(pk=post.pk)
    assert (made.prompt_words, made.negative_words) == (" 1girl red hair ", "")
    stats = now.get_model("gallery", "PostStats").objects.get(pk=post.pk)
    # Nobody could vote yet: a score that no vote explains is gone.
    assert (stats.score, stats.up_score, stats.down_score) == (0, 0, 0)
    assert now.get_model("tagging", "Tag").objects.get(name="red_hair").initials == "rh"
