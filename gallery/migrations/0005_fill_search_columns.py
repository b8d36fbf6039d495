"""Fills for the posts that there are what new posts get when they are made."""

from django.db import migrations

from gallery.provenance.words import searchable

FACTS = """
UPDATE gallery_post SET
    width = asset.width, height = asset.height,
    file_size = coalesce(file.size_bytes, 0), file_type = coalesce(file.format, 'png')
FROM gallery_asset asset
LEFT JOIN gallery_assetfile file ON file.asset_id = asset.id AND file.variant = 'original'
WHERE asset.id = gallery_post.asset_id;
UPDATE gallery_post SET
    tag_count = counted.all_tags, general_tags = counted.general, artist_tags = counted.artist,
    copyright_tags = counted.copyright, character_tags = counted.characters, meta_tags = counted.meta,
    model_tags = counted.model
FROM (
    SELECT post.id, count(*) AS all_tags,
        count(*) FILTER (WHERE category = 0) AS general, count(*) FILTER (WHERE category = 1) AS artist,
        count(*) FILTER (WHERE category = 3) AS copyright, count(*) FILTER (WHERE category = 4) AS characters,
        count(*) FILTER (WHERE category = 5) AS meta, count(*) FILTER (WHERE category = 6) AS model
    FROM gallery_post post, unnest(post.tag_ids) AS tag_id JOIN tagging_tag tag ON tag.id = tag_id
    GROUP BY post.id
) AS counted
WHERE counted.id = gallery_post.id;
UPDATE gallery_poststats SET score = 0, up_score = 0, down_score = 0;
"""


def fill_words(apps, schema_editor):
    rows = apps.get_model("gallery", "PostGeneration").objects
    for row in rows.exclude(prompt="", negative_prompt="").iterator(500):
        rows.filter(pk=row.pk).update(
            prompt_words=searchable(row.prompt), negative_words=searchable(row.negative_prompt)
        )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0004_search_and_gardening")]
    operations = [
        migrations.RunSQL(FACTS, migrations.RunSQL.noop),
        migrations.RunPython(fill_words, migrations.RunPython.noop),
    ]
