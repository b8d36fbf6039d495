"""The moderation log can only grow: the database itself refuses to change or drop a row of it."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION gallery_refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the moderation log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER moderation_log_append_only BEFORE UPDATE OR DELETE ON gallery_moderationaction
    FOR EACH ROW EXECUTE FUNCTION gallery_refuse_log_change();
CREATE TRIGGER moderation_log_no_truncate BEFORE TRUNCATE ON gallery_moderationaction
    FOR EACH STATEMENT EXECUTE FUNCTION gallery_refuse_log_change();
"""
BACKWARDS = """
DROP TRIGGER moderation_log_no_truncate ON gallery_moderationaction;
DROP TRIGGER moderation_log_append_only ON gallery_moderationaction;
DROP FUNCTION gallery_refuse_log_change();
"""


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
