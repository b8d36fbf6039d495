from django.db import migrations

# Tags on no post at all came with a model: nothing else made tags that stand nowhere.
FILL = """
UPDATE tagging_tag SET general_count = counted.number
FROM (
    SELECT tag_id, count(*) AS number
    FROM gallery_post, unnest(tag_ids) AS tag_id
    WHERE status = 'active' AND rating = 'g'
    GROUP BY tag_id
) AS counted
WHERE tagging_tag.id = counted.tag_id;
UPDATE tagging_tag SET in_vocabulary = true
WHERE NOT EXISTS (SELECT FROM gallery_post WHERE tag_ids @> ARRAY[tagging_tag.id]);
"""


class Migration(migrations.Migration):

    dependencies = [("gallery", "0002_append_only_log"), ("tagging", "0002_counts_for_everybody")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
