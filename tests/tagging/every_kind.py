"""A registry with a metatag for each reader, so that tests of the language don't depend on what the gallery has."""

from __future__ import annotations

from tagging.query import MetatagKind, Registry
from tagging.query.metatags import RATINGS, STATUSES
from tagging.query.readers import (
    ages,
    choices,
    dates,
    decimals,
    file_sizes,
    hex_digests,
    id_or_name,
    id_or_presence,
    integers,
    megapixels,
    ratios,
    text,
    user_name,
)

KINDS = (
    MetatagKind("id", integers(), section="numbers", examples=("id:5..9",)),
    MetatagKind("steps", integers(nullable=True), section="numbers"),
    MetatagKind("cfg", decimals(nullable=True), section="numbers"),
    MetatagKind("denoise", decimals(), section="numbers"),
    MetatagKind("mpixels", megapixels(), section="numbers"),
    MetatagKind("ratio", ratios(), section="numbers"),
    MetatagKind("filesize", file_sizes(), section="numbers"),
    MetatagKind("date", dates(), section="times"),
    MetatagKind("updated", dates(nullable=True), section="times"),
    MetatagKind("age", ages(), section="times"),
    MetatagKind("viewed", ages(nullable=True), section="times"),
    MetatagKind("rating", choices({word: key for key, name in RATINGS.items() for word in (key, name)})),
    MetatagKind("status", choices({status: status for status in STATUSES})),
    MetatagKind("evidence", choices({"c2pa": "c2pa", "site_job": "site_job"}, nullable=True)),
    MetatagKind("md", hex_digests(32), aliases=("md5",)),
    MetatagKind("modelhash", hex_digests(64, shortest=6)),
    MetatagKind("user", user_name()),
    MetatagKind("approver", user_name(nullable=True)),
    MetatagKind("model", text(limit=200)),
    MetatagKind("prompt", text(nullable=True)),
    MetatagKind("parent", id_or_presence({"active": "active", "removed": "removed"})),
    MetatagKind("favgroup", id_or_name(nullable=True)),
    MetatagKind("ordfav", user_name(), singleton=True),
    MetatagKind("limit", integers(), singleton=True),
)


def _every_kind() -> Registry:
    result = Registry()
    for kind in KINDS:
        result.register(kind)
    result.register_order("id", ascending=True)
    result.register_order("created_at")
    result.register_order("comment", aliases=("comm",))
    result.register_order("random", seeded=True, reversible=False)
    return result


every_kind = _every_kind()
