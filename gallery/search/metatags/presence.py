"""`has:`: whether there is something at all."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gallery.search.compilation import Compilation, in_recipe
from gallery.search.metatags.kinds import metatag
from tagging.query.readers import choices
from tagging.query.values import Choices

HAS_PROMPT = ~Q(prompt_words="")
HAS_PARAMETERS = ~Q(sampler="") | Q(steps__isnull=False) | Q(cfg__isnull=False)
HAS_MODEL = ~Q(model_name="") | ~Q(model_hash="")

_TESTS: dict[str, Callable[[Compilation], Q]] = {
    "parent": lambda compilation: Q(Exists(compilation.relatives.filter(pk=OuterRef("parent_id")))),
    "children": lambda compilation: Q(Exists(compilation.relatives.filter(parent=OuterRef("pk")))),
    "source": lambda compilation: ~Q(source=""),
    "commentary": lambda compilation: ~Q(title="", commentary=""),
    "tags": lambda compilation: Q(tag_count__gt=0),
    "prompt": lambda compilation: compilation.prompts & in_recipe(HAS_PROMPT),
    "parameters": lambda compilation: in_recipe(HAS_PARAMETERS),
    "metadata": lambda compilation: (
        in_recipe(HAS_PARAMETERS | HAS_MODEL) | (compilation.prompts & in_recipe(HAS_PROMPT))
    ),
}
_SPELLINGS = {word: word for word in _TESTS} | {"child": "children"}


def _has(value: Choices, compilation: Compilation) -> Q:
    result = Q()
    for word in sorted(value.values):
        result |= _TESTS[word](compilation)
    return result


metatag(
    "has",
    choices(_SPELLINGS),
    _has,
    section="states",
    summary=_("Posts with a parent, children, a source, a commentary, tags, a prompt, settings or any of these data."),
    examples=("has:prompt", "has:children", "-has:source"),
    values=tuple(_SPELLINGS),
)
