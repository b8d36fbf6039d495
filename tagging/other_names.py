"""What tags are called besides their names, in any language: `青い目` for `blue_eyes`. They stand on wiki pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from tagging.models import OtherName, Tag, TagAlias, WikiPage, WikiVersion
from tagging.models.tag import NAME_LENGTH
from tagging.models.wiki import MAX_OTHER_NAMES


def fold_name(name: str) -> str:
    """The spelling under which a name is looked for: NFKC, case folded, runs of white space as one `_`."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return re.sub(r"\s+", "_", folded.strip())


def is_other_name(text: str) -> bool:
    """Whether `text` can only be another name, since names of tags are printable ASCII."""
    return any(ord(character) > 126 for character in text) and all(
        unicodedata.category(character) not in ("Cc", "Cs", "Cn") for character in text
    )


def tags_by_other_name(names: Iterable[str]) -> dict[str, Tag]:
    """The tag of each of `names` that is somebody's other name, aliases followed; the rest is left out.

    The largest tag wins where several are called so. Names in printable ASCII are none: they are tags of their own.
    """
    folded = {name: fold_name(name) for name in names if is_other_name(name)}
    wanted = sorted({fold for fold in folded.values() if fold and len(fold) <= NAME_LENGTH})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LARGEST, [wanted])
        found = dict(cursor.fetchall())
    tags = Tag.objects.in_bulk(list(found.values()))
    return {name: tags[found[fold]] for name, fold in folded.items() if fold in found}


_LARGEST = """
SELECT DISTINCT ON (o.folded) o.folded, t.id
FROM tagging_othername o
JOIN tagging_wikipage w ON w.id = o.page_id AND NOT w.is_deleted
LEFT JOIN tagging_tagalias a ON a.antecedent = w.title
LEFT JOIN tagging_tag own ON own.name = w.title
JOIN tagging_tag t ON t.id = COALESCE(a.consequent_id, own.id)
WHERE o.folded = ANY(%s)
ORDER BY o.folded, t.general_count DESC, t.post_count DESC, t.name
"""


def seed_other_names(other_names: Mapping[str, Iterable[str]]) -> int:
    """Makes wiki pages with these other names (tag → names, the best first); returns how many pages were made.

    Only where there is no page yet, not even a deleted one: what people wrote or took away since stays as they left it,
    so that doing this again changes nothing. The tag itself may come later; old names of others get no page.
    """
    titles = set(other_names)
    titles -= set(TagAlias.objects.filter(antecedent__in=titles).values_list("antecedent", flat=True))
    titles -= set(WikiPage.objects.filter(title__in=titles).values_list("title", flat=True))
    made = 0
    with transaction.atomic():
        for title in sorted(titles):
            page, new = WikiPage.objects.get_or_create(title=title)
            if not new:  # somebody was quicker
                continue
            names: dict[str, str] = {}
            for name in other_names[title]:
                names.setdefault(fold_name(name), name)
            kept = list(names.items())[:MAX_OTHER_NAMES]
            OtherName.objects.bulk_create(
                OtherName(page=page, name=name, folded=folded, position=place)
                for place, (folded, name) in enumerate(kept)
            )
            WikiVersion.objects.create(
                page=page, number=1, editor=None, title=title, other_names=[name for _folded, name in kept]
            )
            made += 1
    return made
