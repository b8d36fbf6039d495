"""The four ratings, in the order of what they admit."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rating(models.TextChoices):
    """Danbooru's ratings; compare them by `strength`."""

    GENERAL = "g", _("General")
    SENSITIVE = "s", _("Sensitive")
    QUESTIONABLE = "q", _("Questionable")
    EXPLICIT = "e", _("Explicit")

    @property
    def strength(self) -> int:
        """0 for general … 3 for explicit."""
        return ORDER.index(self)

    @property
    def description(self) -> str:
        """What it admits, as every page says it; the rules of `gallery.rating` draw the same lines."""
        return str(_DESCRIPTIONS[self])


ORDER: list[Rating] = [Rating.GENERAL, Rating.SENSITIVE, Rating.QUESTIONABLE, Rating.EXPLICIT]
_DESCRIPTIONS = {
    Rating.GENERAL: _("Fit for everyone, also at work."),
    Rating.SENSITIVE: _("Swimwear, underwear, some blood: not for every workplace."),
    Rating.QUESTIONABLE: _("Nudity without sex, strong violence."),
    Rating.EXPLICIT: _("Sex or gore."),
}
BY_WORD: dict[str, Rating] = {rating.name.lower(): rating for rating in Rating}


def up_to(ceiling: Rating) -> list[Rating]:
    """The ratings from general to `ceiling`, both included."""
    return ORDER[: ceiling.strength + 1]


def strictest(ratings: list[Rating]) -> Rating:
    """The one that admits the most; general for an empty list."""
    return max(ratings, key=lambda rating: rating.strength, default=Rating.GENERAL)
