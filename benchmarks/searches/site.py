"""The site itself: ids and counts from its search, pages through its views. Import it after Django is set up."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.searches.asked import PAGE, Asked
from benchmarks.searches.designs import RATINGS
from benchmarks.searches.engine import count_of, ids_of
from benchmarks.searches.measure import Stopwatch, Taken
from gallery.models import User
from gallery.visibility import Viewer


class Site:
    """Asks as each viewer: a visitor and members with different filters."""

    def __init__(self) -> None:
        from django.contrib.auth.models import AnonymousUser

        self.viewers: dict[str, Viewer] = {"visitor": AnonymousUser()}
        self.clients = {"visitor": Client()}
        for name in RATINGS:
            if name != "visitor":
                user, _made = User.objects.get_or_create(
                    username=f"bench_{name}", defaults={"shown_ratings": list(RATINGS[name])}
                )
                self.viewers[name], self.clients[name] = user, Client()
                self.clients[name].force_login(user, "django.contrib.auth.backends.ModelBackend")
        connection.ensure_connection()
        self.watch = Stopwatch(connection.connection.info.backend_pid)

    def ids(self, asked: Asked, runs: int) -> tuple[tuple[list[int], str], Taken]:
        """The ids of a page and the way in which they were found, from the text of the search on."""
        text, viewer = asked.text(), self.viewers[asked.viewer]
        return self.watch.warm(lambda: ids_of(text, viewer, asked.page, PAGE), runs)

    def count(self, asked: Asked, runs: int) -> tuple[tuple[int, bool], Taken]:
        """How many there are, and whether that is exact."""
        text, viewer = asked.text(), self.viewers[asked.viewer]
        return self.watch.warm(lambda: count_of(text, viewer), runs)

    def page(self, asked: Asked, runs: int) -> tuple[Any, Taken]:
        """The whole HTML page, as a browser gets it."""
        client, address = self.clients[asked.viewer], reverse("gallery:posts")
        parameters = {"tags": asked.text(), "page": asked.page}
        response, taken = self.watch.warm(lambda: client.get(address, parameters), runs)
        if response.status_code not in (200, 503):
            raise SystemExit(f"{asked.text()}: the page answered {response.status_code}")
        return response, taken

    def explain(self, asked: Asked) -> list[str]:
        """The plan of the statement that finds the ids, with what it read and how long it took."""
        with CaptureQueriesContext(connection) as captured:
            ids_of(asked.text(), self.viewers[asked.viewer], asked.page, PAGE)
        plan: list[str] = []
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            for query in captured.captured_queries:
                statement = query["sql"]
                if "set_config(" in statement:
                    cursor.execute(statement)
                elif 'FROM "gallery_post"' in statement and "max(id)" not in statement:
                    plan.append("")
                    cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY) {statement}")
                    plan += [line for (line,) in cursor.fetchall()]
            cursor.execute("ROLLBACK")
        return plan
