"""Posts of a site with Danbooru's API, oldest first: Danbooru, AIBooru, and other Irodori.

`GET /posts.json?tags=…&limit=…&page=a<number>` answers the posts that follow a number, in any order
(https://danbooru.donmai.us/wiki_pages/help:api).
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from gallery.errors import Invalid
from gallery.fetching import PUBLIC, Network, fetch
from gallery.imports.item import Item, rating_of, text_of, words_of
from gallery.imports.recipes import recipe_in

PAGE = 100
MAX_PAGE_BYTES = 20 * 2**20
TRIES = 5
MOST_NUMBER = 2**63 - 1
"""The largest number that a post has anywhere; what is beyond would only end the import."""
# "Too many requests", and what a server says that is down for a moment.
BUSY = frozenset({429, 500, 502, 503, 504})
# What a network does that is down for a moment. A picture that is refused for it is passed by for good.
_PASSING = frozenset({"fetch_slow", "fetch_broken_off", "fetch_unreachable"})


@dataclass
class DanbooruSite:
    """Where to ask, what for, and how often: `pause` seconds between two requests, more after each "busy".

    `query` is a search in the site's own language; what it says of the order is in the way, posts come by number.
    `account` (`login=…&api_key=…`) is sent with every question for posts, never with one for a file.
    """

    address: str
    query: str = ""
    pause: float = 1.0
    max_bytes: int = 25 * 2**20
    network: Network = PUBLIC
    sleep: Callable[[float], None] = time.sleep
    account: str = field(default="", repr=False)
    _asked: float = field(default=0.0, init=False)

    def items(self, after: str = "") -> Iterator[Item]:
        """The posts whose number is greater than `after`. Raises `Invalid` where the site can't be read at all."""
        last = int(after or 0)
        while True:
            posts = self._page(last)
            newer = [post for post in posts if post["id"] > last]
            if not newer:
                return
            for post in newer:
                last = post["id"]
                yield self._item(post)

    def _page(self, last: int) -> list[dict[str, Any]]:
        asked = urlencode({"tags": self.query, "limit": PAGE, "page": f"a{last}"})
        asked += f"&{self.account}" if self.account else ""
        body = self._get(f"{self.address.rstrip('/')}/posts.json?{asked}", MAX_PAGE_BYTES)
        try:
            posts = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Invalid("import_no_api", address=self._shown()) from error
        if not isinstance(posts, list):
            raise Invalid("import_no_api", address=self._shown())
        numbered = [post for post in posts if isinstance(post, dict) and _is_number(post.get("id"))]
        return sorted(numbered, key=lambda post: post["id"])

    def _item(self, post: dict[str, Any]) -> Item:
        url = self._absolute(post.get("file_url"))

        def read() -> bytes:
            # Members' own and removed posts: the site shows that they are there, not what they are.
            if not url:
                raise Invalid("import_no_file")
            return self._get(url, self.max_bytes)

        page = f"{self.address.rstrip('/')}/posts/{post['id']}"
        return Item(
            key=str(post["id"]),
            name=urlsplit(url).path.rpartition("/")[2][:200],
            read=read,
            words=words_of(post),
            rating=rating_of(post.get("rating")),
            source=text_of(post.get("source"), 1200) or page,
            title=text_of(post.get("title"), 200),
            commentary=text_of(post.get("commentary"), 10_000),
            number=str(post["id"]),
            parent=str(post["parent_id"]) if _is_number(post.get("parent_id")) else "",
            recipe=recipe_in(post),
        )

    def _absolute(self, url: Any) -> str:
        try:
            return urljoin(self.address, url) if isinstance(url, str) else ""
        except ValueError:
            return ""

    def _get(self, url: str, most: int) -> bytes:
        """Ask, at most once in `pause` seconds; what is busy is asked again, each time after twice as long."""
        for attempt in range(TRIES):
            self.sleep(max(0.0, self._asked + self.pause - time.monotonic()))
            self._asked = time.monotonic()
            try:
                return fetch(url, max_bytes=most, network=self.network).content
            except Invalid as error:
                busy = error.code == "fetch_status" and error.params.get("status") in BUSY
                if attempt + 1 == TRIES or not (busy or error.code in _PASSING):
                    raise
                self.sleep(max(1.0, self.pause) * 2**attempt)
        raise AssertionError("the last try returns or raises")

    def _shown(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.hostname or ''}"[:200]


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 < value <= MOST_NUMBER
