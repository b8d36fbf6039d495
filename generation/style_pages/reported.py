"""A style as moderators know it: fills a slot of the gallery's (`gallery.moderation.things`)."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from gallery.models import User
from gallery.models.moderation import ModerationKind
from gallery.models.review import Restriction
from generation.models import StylePage
from generation.style_pages.seeing import openable_styles

KIND = "style"


@dataclass(frozen=True)
class ReportedStyle:
    """A `gallery.moderation.things.Thing`."""

    style: StylePage
    kind = ModerationKind.STYLE
    restriction = Restriction.STYLE

    @property
    def name(self) -> str:
        """How cases name it."""
        return name_of(self.style)

    @property
    def maker(self) -> User:
        """Whose it is."""
        return self.style.owner

    @property
    def title(self) -> str:
        """What its maker calls it."""
        return self.style.name

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n\n".join(filter(None, (self.style.about, self.style.prompt, self.style.negative_prompt)))

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("generation:style", args=[self.style.slug])

    @property
    def hidden(self) -> bool:
        """Whether a moderator hid it."""
        return self.style.hidden

    def opens_to(self, viewer: User) -> bool:
        """Whether this viewer can open its page."""
        return StylePage.objects.filter(openable_styles(viewer), pk=self.style.pk).exists()

    def set_hidden(self, hidden: bool) -> None:
        """Write that; it is locked."""
        self.style.hidden = hidden
        self.style.save(update_fields=["hidden"])


def load(number: int, *, lock: bool = False) -> ReportedStyle | None:
    """The style of that number, as it is now."""
    styles = StylePage.objects.select_related("owner").filter(pk=number)
    found = (styles.select_for_update(of=("self",)) if lock else styles).first()
    return ReportedStyle(found) if found is not None else None


def name_of(style: StylePage) -> str:
    """`style:12`."""
    return f"{KIND}:{style.pk}"
