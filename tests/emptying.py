"""How the database is emptied after tests that commit."""

from django.db import connection


def let_logs_be_emptied() -> None:
    """The moderation log and its chain refuse TRUNCATE, by which the database is emptied after transactional tests:
    that one trigger of each is off. tests/gallery/moderation turns them on again and shows that they refuse. Whoever
    makes those tables anew calls it again."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gallery_moderationaction DISABLE TRIGGER moderation_log_no_truncate")
        cursor.execute("ALTER TABLE gallery_auditlink DISABLE TRIGGER audit_link_no_truncate")
