"""A post that waits unseen has an open case about letting it out, or waits for the rating program: held by triggers.

They look when a transaction ends, for a post and its case are written one after the other.
"""

from django.db import migrations

# Posts that waited before there was one queue.
MISSING = """
INSERT INTO gallery_case (kind, state, post_id, urgency, facts, opened_at, outcome, reason)
SELECT 'post', 'open', post.id, 0, '{}', post.created_at, '', '' FROM gallery_post post
WHERE post.status = 'pending'
  AND NOT EXISTS (SELECT 1 FROM gallery_unratedpost WHERE post_id = post.id AND holds)
  AND NOT EXISTS (
    SELECT 1 FROM gallery_case WHERE post_id = post.id AND state = 'open' AND kind IN ('post', 'scan', 'stuck')
  )
ORDER BY post.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# The kinds are `gallery.post_state.LETTING_OUT`.
HELD = """
CREATE FUNCTION gallery_pending_has_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint;
BEGIN
    IF TG_TABLE_NAME = 'gallery_post' THEN
        about := NEW.id;
    ELSE
        about := OLD.post_id;
    END IF;
    IF EXISTS (SELECT 1 FROM gallery_post WHERE id = about AND status = 'pending')
        AND NOT EXISTS (SELECT 1 FROM gallery_unratedpost WHERE post_id = about AND holds)
        AND NOT EXISTS (
            SELECT 1 FROM gallery_case
            WHERE post_id = about AND state = 'open' AND kind IN ('post', 'scan', 'stuck')
        )
    THEN
        RAISE EXCEPTION 'post % waits for a moderator, and no case is open', about
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pending_has_case';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER post_pending_has_case AFTER INSERT OR UPDATE OF status ON gallery_post
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'pending')
    EXECUTE FUNCTION gallery_pending_has_case();
CREATE CONSTRAINT TRIGGER case_of_a_pending_post AFTER UPDATE OF state OR DELETE ON gallery_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state = 'open' AND OLD.post_id IS NOT NULL)
    EXECUTE FUNCTION gallery_pending_has_case();
CREATE CONSTRAINT TRIGGER unrated_pending_post AFTER UPDATE OF holds OR DELETE ON gallery_unratedpost
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.holds)
    EXECUTE FUNCTION gallery_pending_has_case();
"""
FREE = """
DROP TRIGGER post_pending_has_case ON gallery_post;
DROP TRIGGER case_of_a_pending_post ON gallery_case;
DROP TRIGGER unrated_pending_post ON gallery_unratedpost;
DROP FUNCTION gallery_pending_has_case();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("gallery", "0031_comments"),
    ]

    operations = [
        migrations.RunSQL(MISSING, migrations.RunSQL.noop),
        migrations.RunSQL(HELD, FREE),
    ]
