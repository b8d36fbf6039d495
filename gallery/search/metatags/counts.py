"""How many tags a post has, and how to name one tag exactly."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.search.compilation import Compilation
from gallery.search.expressions import NOTHING, within
from gallery.search.metatags.kinds import Compile, metatag
from tagging.models import Tag
from tagging.names import normalise_tag
from tagging.query.readers import integers, text
from tagging.query.values import Text

_COLUMNS = {
    "tagcount": ("tag_count", _("The number of all tags.")),
    "gentags": ("general_tags", _("The number of general tags.")),
    "arttags": ("artist_tags", _("The number of artist tags.")),
    "copytags": ("copyright_tags", _("The number of copyright tags.")),
    "chartags": ("character_tags", _("The number of character tags.")),
    "metatags": ("meta_tags", _("The number of meta tags.")),
    "modeltags": ("model_tags", _("The number of model tags.")),
}


def _on(column: str) -> Compile:
    return lambda value, compilation: within(column, value)


def _unaliased(value: Text, compilation: Compilation) -> Q:
    """The tag of this very name, even if the name leads to another tag by now."""
    tag = Tag.objects.filter(name=normalise_tag(value.text.replace("\x00", ""))).values_list("pk", flat=True).first()
    return NOTHING if tag is None else Q(tag_ids__contains=[tag])


for name, (column, summary) in _COLUMNS.items():
    metatag(name, integers(), _on(column), section="tags", summary=summary, examples=(f"{name}:>5",))
metatag(
    "unaliased",
    text(limit=200),
    _unaliased,
    section="tags",
    summary=_("A tag by exactly this name, whatever the name stands for now."),
    examples=("unaliased:cat",),
)
