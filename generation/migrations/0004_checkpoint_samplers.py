"""Which samplers suit a model's noise schedule; filled when a model is installed or refreshed."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0003_checkpoint_files")]
    operations = [
        migrations.AddField(
            "checkpoint",
            "samplers",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list, size=None
            ),
        )
    ]
