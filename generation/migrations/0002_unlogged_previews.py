"""Previews are written many times a second and losing them costs nothing: keep them out of the WAL."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("generation", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE generation_jobpreview SET UNLOGGED", "ALTER TABLE generation_jobpreview SET LOGGED"
        )
    ]
