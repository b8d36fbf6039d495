"""Strikes, and bans of accounts and of blocks of addresses."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import gallery.models.cidr
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0028_reports_of_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ban",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("block", gallery.models.cidr.CidrField(null=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("acts", "Everything but reading and one's own affairs"),
                            ("visitors", "Joining, and reports by visitors"),
                            ("sign_in", "Joining, reports by visitors, and signing in"),
                        ],
                        default="acts",
                        max_length=8,
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("rating", "The rating is too low"),
                            ("label", "The label of the picture's origin is wrong"),
                            ("minors", "Sexual content that involves minors"),
                            ("consent", "A real person without their consent"),
                            ("rights", "Somebody else's rights"),
                            ("hate", "Hate, threats or harassment"),
                            ("law", "Against the law in another way"),
                            ("spam", "Spam or flooding"),
                            ("duplicate", "Posted before"),
                            ("quality", "Below what this site takes"),
                            ("other", "Another reason"),
                        ],
                        max_length=9,
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField(null=True)),
                ("automatic", models.BooleanField(default=False)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("recounted", models.BooleanField(default=False)),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ban", to="gallery.moderationaction"
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bans",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("person__isnull", False)), fields=["person", "-id"], name="ban_person"
                    ),
                    models.Index(condition=models.Q(("recounted", False)), fields=["id"], name="ban_to_recount"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["acts", "visitors", "sign_in"])), name="ban_scope_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rule__in",
                                [
                                    "rating",
                                    "label",
                                    "minors",
                                    "consent",
                                    "rights",
                                    "hate",
                                    "law",
                                    "spam",
                                    "duplicate",
                                    "quality",
                                    "other",
                                ],
                            )
                        ),
                        name="ban_rule_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("block", None), ("person__isnull", False), ("scope", "acts")),
                            models.Q(
                                ("block__isnull", False), ("person", None), ("scope__in", ["visitors", "sign_in"])
                            ),
                            _connector="OR",
                        ),
                        name="ban_of_person_or_block",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gt", models.F("since")), _connector="OR"),
                        name="ban_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ban_lifted_by_somebody",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("lifted_at", None), ("person__isnull", False)),
                        expressions=[
                            (
                                models.Func(
                                    models.F("person"),
                                    models.F("person"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("since"),
                                    models.F("until"),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="ban_one_of_a_person_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("block__isnull", False), ("lifted_at", None)),
                        expressions=[
                            (django.contrib.postgres.indexes.OpClass("block", name="inet_ops"), "="),
                            (
                                models.Func(
                                    models.F("since"),
                                    models.F("until"),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="ban_one_of_a_block_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Strike",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("rating", "The rating is too low"),
                            ("label", "The label of the picture's origin is wrong"),
                            ("minors", "Sexual content that involves minors"),
                            ("consent", "A real person without their consent"),
                            ("rights", "Somebody else's rights"),
                            ("hate", "Hate, threats or harassment"),
                            ("law", "Against the law in another way"),
                            ("spam", "Spam or flooding"),
                            ("duplicate", "Posted before"),
                            ("quality", "Below what this site takes"),
                            ("other", "Another reason"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="strikes_about",
                        to="gallery.moderationaction",
                    ),
                ),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="strike",
                        to="gallery.moderationaction",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="strikes", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("voided_at", None)), fields=["person", "expires_at"], name="strike_standing"
                    ),
                    models.Index(fields=["person", "-id"], name="strike_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rule__in",
                                [
                                    "rating",
                                    "label",
                                    "minors",
                                    "consent",
                                    "rights",
                                    "hate",
                                    "law",
                                    "spam",
                                    "duplicate",
                                    "quality",
                                    "other",
                                ],
                            )
                        ),
                        name="strike_rule_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("at"))), name="strike_lasts"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_by", None)),
                            models.Q(("voided_at__isnull", False), ("voided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="strike_voided_by_somebody",
                    ),
                ],
            },
        ),
    ]
