"""Remixes: posts drawn from the recipe of another one, as far as this viewer may see that one."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gallery.models import Remix
from gallery.search.compilation import Compilation
from gallery.search.expressions import within
from gallery.search.metatags.kinds import metatag
from gallery.search.metatags.numbers import listed
from tagging.query.readers import id_or_presence
from tagging.query.values import Numbers, Presence


def _remix_of(value: Numbers | Presence, compilation: Compilation) -> Q:
    # A credit whose source is hidden is as if it were not there.
    sources = compilation.relatives
    if isinstance(value, Numbers):
        sources = sources.filter(within("id", value))
    credited = Q(Exists(Remix.objects.filter(post=OuterRef("pk"), source__in=sources.values("pk"))))
    return credited if not isinstance(value, Presence) or value.present else ~credited


metatag(
    "remixof",
    id_or_presence(),
    _remix_of,
    section="family",
    aliases=("remix",),
    few=listed,
    summary=_("Remixes of a post; any and none ask whether it is one of a post that you can see."),
    examples=("remixof:1234", "remixof:any"),
    values=("any", "none"),
)
