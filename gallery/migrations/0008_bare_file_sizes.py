"""The size by which posts are searched and sorted is that of the file without the prompt, whose length it would tell."""

from django.db import migrations

BARE_SIZES = """
UPDATE gallery_post SET file_size = file.size_bytes, file_type = file.format
FROM gallery_assetfile file
WHERE file.asset_id = gallery_post.asset_id AND file.variant = 'bare'
    AND (gallery_post.file_size, gallery_post.file_type) IS DISTINCT FROM (file.size_bytes, file.format);
UPDATE gallery_post SET file_size = 0
WHERE file_size <> 0 AND NOT EXISTS (
    SELECT FROM gallery_assetfile file WHERE file.asset_id = gallery_post.asset_id AND file.variant = 'bare'
);
"""


class Migration(migrations.Migration):
    dependencies = [("gallery", "0007_skipped_posts")]
    operations = [migrations.RunSQL(BARE_SIZES, migrations.RunSQL.noop)]
