"""Pages looked at one after the other, by several people: whether they are accessible, and fit the window."""

from collections.abc import Callable, Iterable

from playwright.sync_api import Page

from tests.browser.test_labels import picture_of
from tests.browser.test_pages_gallery import broken_rules, sign_in


def problems_of(pages: dict[str, Iterable[str]], open_page: Callable[..., Page], theme: str, width: int) -> list[str]:
    """What is wrong with the addresses that each account (`""`: a visitor) looks at; each gets its picture."""
    problems: list[str] = []
    for name, addresses in pages.items():
        page = open_page("/about", width=width, color_scheme=theme)
        if name:
            sign_in(page, name)
        for address in addresses:
            page.goto(address)
            picture_of(page, f"{theme}-{width}-{name or 'visitor'}{address.replace('/', '_').replace('?', '_')}")
            problems += [f"{name} {address}: {problem}" for problem in broken_rules(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            problems += [f"{name} {address}: {wide} px too wide"] if wide > 0 else []
    return problems
