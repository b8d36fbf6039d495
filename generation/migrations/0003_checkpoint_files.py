"""What a model's files looked like when they were hashed, so that a start needn't hash them again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0002_unlogged_previews")]
    operations = [migrations.AddField("checkpoint", "files", models.JSONField(default=list))]
