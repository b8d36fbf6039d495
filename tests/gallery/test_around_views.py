"""Middleware said once works for both kinds of servers, and keeps views from being asked where it answers."""

import asyncio

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import private_by_default
from config.robots import robots_tag
from gallery.around_views import before_views
from gallery.labels.middleware import visitors_zone


@pytest.fixture(params=["sync", "async"])
def answer(request):
    """What a middleware around a view answers, under either kind of server."""

    def through(middleware, view, asked):
        assert middleware.sync_capable
        assert middleware.async_capable
        if request.param == "sync":
            around = middleware(view)
            assert not iscoroutinefunction(around)
            return around(asked)

        async def view_async(asked):
            return view(asked)

        around = middleware(view_async)
        assert iscoroutinefunction(around)
        return asyncio.run(around(asked))

    return through


def test_an_answer_is_marked(answer, settings):
    settings.ROBOTS = "no_ai"
    asked = RequestFactory().get("/")
    assert answer(robots_tag, lambda _asked: HttpResponse("hi"), asked)["X-Robots-Tag"] == "noai, noimageai"
    assert "private" in answer(private_by_default, lambda _asked: HttpResponse("hi"), asked)["Cache-Control"]


def test_a_request_is_looked_at_first(answer):
    asked = RequestFactory().get("/")
    asked.user = AnonymousUser()
    asked.COOKIES["zone"] = "human"
    assert answer(visitors_zone, lambda asked: HttpResponse(asked.user.zone), asked).content == b"human"


def test_where_it_answers_itself_no_view_is_asked(answer):
    def view(_asked):
        raise AssertionError

    closed = before_views(lambda _asked: HttpResponse("closed", status=503))
    assert answer(closed, view, RequestFactory().get("/")).status_code == 503
