"""Addresses of tag pages and wiki pages, whatever signs their names are made of."""

from urllib.parse import urlencode

from django.urls import reverse

# Taken by an address of its own below /tags.
_TAKEN = {"gallery:tag": {"complete", "related", "related/panel"}, "gallery:wiki_page": set()}


def tag_url(name: str) -> str:
    """The page of a tag."""
    return _address("gallery:tag", "name", name)


def wiki_url(title: str) -> str:
    """The wiki page called `title`, written or not."""
    return _address("gallery:wiki_page", "title", title)


def wiki_edit_url(title: str) -> str:
    """The form in which a wiki page is written."""
    return f"{reverse('gallery:wiki_edit')}?{urlencode({'title': title})}"


def wiki_history_url(title: str) -> str:
    """The versions of a wiki page."""
    return f"{reverse('gallery:wiki_history')}?{urlencode({'title': title})}"


def _address(route: str, parameter: str, name: str) -> str:
    # Browsers take `.` and `..` between slashes as steps in the path, also when they are escaped.
    if name in _TAKEN[route] or not {".", ".."}.isdisjoint(name.split("/")):
        return f"{reverse(f'{route}_named')}?{urlencode({parameter: name})}"
    return reverse(route, args=[name])
