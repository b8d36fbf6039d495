"""A limit on how long the database may think about a search."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from gallery.errors import SearchTimeout

PAGE_MS = 5000
COUNT_MS = 400


@contextmanager
def time_budget(milliseconds: int) -> Iterator[None]:
    """Statements inside that take longer are stopped: SearchTimeout. Inside an open transaction the limit that
    was there before comes back afterwards."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTimeout from error
        raise
