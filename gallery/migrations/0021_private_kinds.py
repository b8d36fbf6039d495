from django.db import migrations, models


class Migration(migrations.Migration):
    """Which kinds of private data were taken out of a file that was sent."""

    dependencies = [("gallery", "0020_file_version")]

    operations = [
        migrations.AddField(
            model_name="assetorigin",
            name="removed",
            field=models.JSONField(default=list, db_default=models.Value([], output_field=models.JSONField())),
        ),
    ]
