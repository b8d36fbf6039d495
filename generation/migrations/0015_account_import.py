import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gallery.models.asset


class Migration(migrations.Migration):
    dependencies = [
        ("generation", '0014_take_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(default=gallery.models.asset.new_key, editable=False, max_length=32, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("receiving", "Being sent"),
                            ("waiting", "Waiting"),
                            ("working", "Being read"),
                            ("done", "Done"),
                            ("failed", "Stopped"),
                        ],
                        default="receiving",
                        max_length=9,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=200)),
                ("place", models.CharField(blank=True, max_length=300)),
                ("counted", models.BooleanField(default=True)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("received_bytes", models.PositiveBigIntegerField(default=0)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("touched_at", models.DateTimeField(auto_now_add=True)),
                ("not_before", models.DateTimeField(null=True)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("trouble", models.JSONField(null=True)),
                ("notes", models.JSONField(default=list)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_imports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["receiving", "waiting", "working", "done", "failed"])),
                        name="import_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("receiving", "waiting", "working"))),
                        fields=("user",),
                        name="import_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("received_bytes__lte", models.F("size_bytes"))),
                        name="import_no_more_than_said",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BroughtTake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("site", models.CharField(max_length=200)),
                ("account", models.CharField(max_length=150)),
                ("key", models.CharField(max_length=80)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("came", "Came"), ("known", "Was here already"), ("left_out", "Left out")],
                        max_length=8,
                    ),
                ),
                ("reason", models.JSONField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="brought", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="brought",
                        to="generation.accountimport",
                    ),
                ),
                (
                    "take",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="generation.take",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "site", "account", "key"), name="brought_once"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["came", "known", "left_out"])),
                        name="brought_outcome_known",
                    ),
                ],
            },
        ),
    ]
