"""No request's body is kept beyond a bound: Django writes all of it to the disk before any view is asked."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOO_LARGE = "irodori.body_too_large"
"""Set in the scope of a request whose body was larger; the application was given only a part of it."""
PATIENCE = 8
"""Up to so many times the bound a body is read and thrown away: a browser reads no answer before it has sent all."""


class BoundedBodies:
    """An ASGI application in front of another, to which a body of more than `most` bytes ends early and is marked."""

    def __init__(self, application: Application, most: int) -> None:
        self._application = application
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            receive = _Bounded(scope, receive, self._most).receive
        await self._application(scope, receive, send)


class _Bounded:
    """What one request sends."""

    def __init__(self, scope: Scope, receive: Receive, most: int) -> None:
        self._scope, self._receive, self._most = scope, receive, most
        self._size = 0
        self._over = False

    async def receive(self) -> Message:
        message = await self._receive()
        if self._over:
            # The application was told that this is the end; all it waits for is that the client goes away.
            while message["type"] == "http.request":
                message = await self._receive()
            return message
        if message["type"] != "http.request":
            return message
        self._size += len(message.get("body", b""))
        size = max(self._size, _announced(self._scope))
        if size <= self._most:
            return message
        self._over = self._scope[TOO_LARGE] = True
        while message.get("more_body") and size <= PATIENCE * self._most:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            self._size += len(message.get("body", b""))
            size = max(size, self._size)
        return {"type": "http.request", "body": b"", "more_body": False}


def _announced(scope: Scope) -> int:
    """The size that the request says it has; 0 where it doesn't say."""
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text) if text.isdigit() and len(text) < 19 else 0
