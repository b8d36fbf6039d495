from django.db import migrations, models


class Migration(migrations.Migration):
    """What a tag may tell everybody. The numbers are filled in where the posts are: gallery's migration 0003."""

    dependencies = [("tagging", "0001_initial")]

    operations = [
        migrations.AddField("tag", "general_count", models.IntegerField(default=0, verbose_name="posts for everybody")),
        migrations.AddField(
            "tag", "in_vocabulary", models.BooleanField(default=False, verbose_name="known from a model")
        ),
        migrations.AddConstraint(
            "tag",
            models.CheckConstraint(
                condition=models.Q(("general_count__gte", 0), ("general_count__lte", models.F("post_count"))),
                name="tagging_tag_general_count_is_a_part",
            ),
        ),
        migrations.RemoveIndex("tag", "tagging_tag_largest_first"),
        migrations.AddIndex(
            "tag", models.Index(fields=["-general_count", "name"], name="tagging_tag_largest_first")
        ),
    ]
