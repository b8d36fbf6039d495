"""A model's card in several languages; filled when a model is installed or refreshed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0004_checkpoint_samplers")]
    operations = [migrations.AddField("checkpoint", "card_translations", models.JSONField(blank=True, default=dict))]
