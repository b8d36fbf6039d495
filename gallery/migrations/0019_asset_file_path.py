import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0018_approval'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='assetfile',
            index=django.contrib.postgres.indexes.HashIndex(fields=['path'], name='asset_file_path'),
        ),
    ]
