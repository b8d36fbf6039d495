"""The moderation log as a chain: every row's digest holds the digest of the one before it.

Links are made when a transaction ends, so that nobody who writes into the log makes others wait until then.
"""

import django.db.models.deletion
from django.db import migrations, models

# What a digest is made of stands in `gallery.moderation.audit`, which makes it anew without this function.
CHAIN = """
CREATE FUNCTION gallery_append_to_audit(act gallery_moderationaction) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last_number bigint;
    last_digest text;
    part text;
    said text := '';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('gallery_audit_chain'));
    SELECT number, digest INTO last_number, last_digest FROM gallery_auditlink ORDER BY number DESC LIMIT 1;
    last_number := coalesce(last_number, 0);
    FOREACH part IN ARRAY ARRAY[
        (last_number + 1)::text, coalesce(last_digest, ''), act.id::text,
        (extract(epoch FROM act.at) * 1000000)::bigint::text, act.actor_id::text, act.kind,
        coalesce(act.post_id::text, ''), coalesce(act.subject_id::text, ''), act.reason, act.details::text
    ] LOOP
        said := said || length(part) || ':' || part || ',';
    END LOOP;
    INSERT INTO gallery_auditlink (number, act_id, digest)
        VALUES (last_number + 1, act.id, encode(sha256(convert_to(said, 'UTF8')), 'hex'));
END $$;
CREATE FUNCTION gallery_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gallery_append_to_audit(NEW);
    RETURN NULL;
END $$;
"""
# Acts of before this migration become links in the order in which they were written.
PAST = """
DO $$
DECLARE
    act gallery_moderationaction;
BEGIN
    FOR act IN SELECT * FROM gallery_moderationaction ORDER BY id LOOP
        PERFORM gallery_append_to_audit(act);
    END LOOP;
END $$;
"""
TRIGGERS = """
CREATE CONSTRAINT TRIGGER gallery_audit_link AFTER INSERT ON gallery_moderationaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gallery_audit_link();
CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE ON gallery_auditlink
    FOR EACH ROW EXECUTE FUNCTION gallery_refuse_log_change();
CREATE TRIGGER audit_link_no_truncate BEFORE TRUNCATE ON gallery_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION gallery_refuse_log_change();
"""
WITHOUT_TRIGGERS = """
DROP TRIGGER gallery_audit_link ON gallery_moderationaction;
DROP TRIGGER audit_link_append_only ON gallery_auditlink;
DROP TRIGGER audit_link_no_truncate ON gallery_auditlink;
"""
WITHOUT_CHAIN = """
DROP FUNCTION gallery_audit_link();
DROP FUNCTION gallery_append_to_audit(gallery_moderationaction);
"""


class Migration(migrations.Migration):
    dependencies = [("gallery", "0021_private_kinds")]

    operations = [
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="link", to="gallery.moderationaction"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="audit_link_has_digest"
                    ),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="audit_links_count_from_one"),
                ],
            },
        ),
        migrations.RunSQL(CHAIN, WITHOUT_CHAIN),
        migrations.RunSQL(PAST, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, WITHOUT_TRIGGERS),
    ]
