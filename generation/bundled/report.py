"""The evaluation's report: which tags belong together, what is aimed at, and the Markdown that the model card shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .measuring import FALSE_POSITIVES
from .vocabulary import GROUPS


@dataclass(frozen=True)
class ReportGroup:
    """Tags that are reported together: groups of the vocabulary, single tags, and the recall that is aimed at."""

    groups: tuple[str, ...] = ()
    singles: tuple[str, ...] = ()
    goal: float | None = None

    def tags(self) -> tuple[str, ...]:
        """All its tags."""
        return (*(tag for name in self.groups for tag in GROUPS[name]), *self.singles)


COLOURS, SHAPES = 0.9, 0.75
READABLE = 0.9  # of a tag that the probe finds more seldom on real pictures, the model's figure says little
HAIR_SHAPES = (
    "bob_cut",
    "spiked_hair",
    "wavy_hair",
    "curly_hair",
    "blunt_bangs",
    "ponytail",
    "twintails",
    "single_braid",
    "double_bun",
    "mohawk",
    "bald",
)
REPORT: dict[str, ReportGroup] = {
    "subject": ReportGroup(("subject",)),
    "background": ReportGroup(("background",), goal=COLOURS),
    "hair colour": ReportGroup(("hair colour",), goal=COLOURS),
    "hair shape": ReportGroup(("hair length",), HAIR_SHAPES, SHAPES),
    "skin": ReportGroup(("skin colour",), ("dark_skin",), COLOURS),
    "eyes": ReportGroup(("eyes",), goal=SHAPES),
    "mouth": ReportGroup(("mouth",), ("smile", "frown", "tongue_out", "grin"), SHAPES),
    "glasses": ReportGroup(("glasses",), goal=SHAPES),
    "beard, horns and ears": ReportGroup(("growth",), ("beard", "mustache", "cat_ears"), SHAPES),
    "clothes": ReportGroup(("clothes",), goal=COLOURS),
    "style": ReportGroup(("style",), goal=COLOURS),
    "scene": ReportGroup(
        ("sky", "ground", "relief", "planet colour", "plant"),
        ("planetary_ring", "moon", "crater", "tulip"),
        COLOURS,
    ),
}


def pooled(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Counts added up."""
    pairs = list(counts)
    return sum(right for right, _ in pairs), sum(total for _, total in pairs)


def verdict(reached: tuple[int, int], goal: float | None) -> str:
    """Whether a goal is met, in words: "90 %: met", "90 %: 4 points short"."""
    right, total = reached
    if goal is None or not total:
        return "–"
    # Rounded like the recall beside it, but never up to "met".
    short = max(1, round(100 * (goal - right / total))) if right / total < goal else 0
    points = "point" if short == 1 else "points"
    return f"{goal:.0%}: {f'{short} {points} short' if short else 'met'}"


def share(count: Sequence[int]) -> str:
    """A count as "83 % (25/30)"; a dash where there is nothing to count."""
    right, total = count
    return f"{right / total:.0%} ({right}/{total})" if total else "–"


def percent(count: Sequence[int]) -> str:
    """A count as "4.2%"; a dash where there is nothing to count."""
    right, total = count
    return f"{right / total:.1%}" if total else "–"


def as_table(result: dict[str, Any]) -> str:
    """The content of ``evaluation.json`` as Markdown: a table of groups, one of tags, and what it cost."""
    parts = (_opening(result), _groups(result), _judge(result), _tags(result), _cost(result))
    return "\n\n".join("\n".join(part) for part in parts)


def _opening(result: dict[str, Any]) -> list[str]:
    by_subject = ", ".join(
        f"{name.replace('_', ' ')} {counts['new']} of {counts['asked']}" for name, counts in result["subjects"].items()
    )
    return [
        f"{result['prompts']} prompts of 3 to 7 tags; {result['new']} of them ask for a combination that no training "
        f"picture shows, {result['held_out']} of these for a pair of tags that the last training held out.",
        f"New by subject: {by_subject}. Drawn as asked: {share(result['recall']['held out'])} of the tags in prompts "
        f"with a held-out pair, {share(result['recall']['other new'])} in other new ones, "
        f"{share(result['recall']['seen'])} in those seen before. The probe learned without held-out pairs too; of the "
        f"tags of real pictures with such a pair it finds {share(result['probe_held_out'])}.",
    ]


def _groups(result: dict[str, Any]) -> list[str]:
    lines = [
        "| group | drawn as asked | goal | in new combinations | probe on real pictures | probe's false positives |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in result["groups"].items():
        new, own, false = share(row["model_new"]), share(row["probe"]), percent(row["false_positives"])
        cells = (share(row["model"]), row["verdict"], new, own, false)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _judge(result: dict[str, Any]) -> list[str]:
    """What to know of the probe: where it needs a limit, and where its word is not worth much."""
    groups, tags = result["vocabulary_groups"], result["tags"]
    limited = [name for name, row in groups.items() if row["limited"]]
    claimed = pooled(groups[name]["claimed_for_none"] for name in limited)
    return [
        f"A tag counts as drawn if the probe finds it strongest in its group; in {', '.join(limited) or 'no group'}, "
        "of which a picture may show nothing, and for tags outside groups it must exceed the tag's limit as well. "
        "Limits are set on one half of the held-out real pictures, the figures are from the other. Of pictures that "
        f"show nothing of such a group {percent(claimed)} are claimed to.",
        f"Tags of which the probe finds less than {READABLE:.0%} on real pictures: "
        f"{_named(tags, lambda row: not is_readable(row['probe']))}. Tags that it claims for more than "
        f"{FALSE_POSITIVES:.0%} of the real pictures without them whose style could show them: "
        f"{_named(tags, lambda row: _rate(row['false_positives'], 0) > FALSE_POSITIVES)}.",
    ]


def is_readable(probe: Sequence[int]) -> bool:
    """Whether the probe, with this recall on real pictures, can say anything about what the model drew."""
    return _rate(probe) >= READABLE


def _rate(count: Sequence[int], of_none: float = 1) -> float:
    right, total = count
    return right / total if total else of_none


def _named(tags: dict[str, Any], chosen: Callable[[dict[str, Any]], bool]) -> str:
    return ", ".join(tag for tag, row in tags.items() if chosen(row)) or "none"


def _tags(result: dict[str, Any]) -> list[str]:
    lines = [
        "Measured faithfulness per tag. *Unasked*: how often it is drawn though not asked for (in brackets: how often "
        "real pictures of the same styles show it).",
        "",
        "| group | tag | drawn as asked | unasked | probe on real pictures | probe's false positives |",
        "|---|---|---|---|---|---|",
    ]
    for tag, row in result["tags"].items():
        extra = f"{percent(row['unasked'])} ({row['usual']:.0%})" if row.get("unasked", [0, 0])[1] else "–"
        cells = (share(row["model"]), extra, share(row["probe"]), percent(row["false_positives"]))
        lines.append(f"| {row['group']} | {tag} | {' | '.join(cells)} |")
    return lines


def _cost(result: dict[str, Any]) -> list[str]:
    lines = ["Compute:", ""]
    for part, cost in result["compute"].items():
        seen = f"{cost['pictures']:,.0f} pictures seen, " if "pictures" in cost else ""
        lines.append(f"- {part}: {seen}{cost['core_seconds'] / 60:,.0f} core minutes")
    return [*lines, "", f"Drawn and judged on {result['device']}."]
