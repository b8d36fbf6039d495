"""ComfyUI's old group nodes (types `workflow>name` and `workflow/name`) as subgraphs, which took their place.

Shape: `extra.groupNodes` of the workflow, written by `groupNode.js` of ComfyUI's editor. A group's nodes are named by
their place in a list. Its inputs are those that nothing inside feeds, node by node, then widgets that were made inputs;
its outputs those that nothing inside takes, or that `external` lists; its widgets those of all its nodes in a row.
"""

from collections.abc import Iterator
from typing import Any

_PREFIXES = ("workflow>", "workflow/")
_INTO, _OUT_OF = "-10", "-20"
Place = tuple[int, int]


def group_named(kind: str, groups: Any) -> dict[str, Any] | None:
    """What the group of a node of this type holds; None for a node that is no group."""
    name = next((kind.removeprefix(prefix) for prefix in _PREFIXES if kind.startswith(prefix)), None)
    held = groups.get(name) if isinstance(groups, dict) and name is not None else None
    return held if isinstance(held, dict) and isinstance(held.get("nodes"), list) else None


def subgraph_of(group: dict[str, Any], widgets: Any) -> dict[str, Any]:
    """The group as a subgraph, with the values that one node of its kind has."""
    nodes = [dict(each) if isinstance(each, dict) else {} for each in group["nodes"]]
    inner = list(_inner_links(group.get("links"), len(nodes)))
    outside = {place for entry in _lists(group.get("external"), 2) if (place := _place(entry[:2], len(nodes)))}
    fed = {target for _source, target in inner}
    taken = {source for source, _target in inner} - outside
    links: list[list[Any]] = [[number, *source, *target] for number, (source, target) in enumerate(inner)]
    links += [[len(links) + at, _INTO, at, *place] for at, place in enumerate(_free_inputs(nodes, fed))]
    number_at = {(link[3], link[4]): link[0] for link in links}
    for at, place in enumerate(_free_outputs(nodes, taken)):
        links.append([len(links), *place, _OUT_OF, at])
    values = _values(nodes, widgets)
    for index, node in enumerate(nodes):
        node["id"] = index
        node["inputs"] = [
            each | {"link": number_at.get((index, slot))} for slot, each in _slots(node, "inputs") if each is not None
        ]
        if values is not None:
            node["widgets_values"] = values[index]
    return {"nodes": nodes, "links": links}


def _values(nodes: list[dict[str, Any]], widgets: Any) -> list[Any] | None:
    """The group's values dealt out to its nodes; None where they can't be told apart, which leaves each its own."""
    if not isinstance(widgets, list):
        return None
    dealt: list[Any] = []
    at = 0
    for node in nodes:
        own = node.get("widgets_values")
        if not isinstance(own, list):
            dealt.append(own)
            continue
        dealt.append(widgets[at : at + len(own)])
        at += len(own)
    return dealt if at == len(widgets) else None


def _free_inputs(nodes: list[dict[str, Any]], fed: set[Place]) -> Iterator[Place]:
    for made_of_widgets in (False, True):
        for index, node in enumerate(nodes):
            for slot, said in _slots(node, "inputs"):
                if said is not None and (index, slot) not in fed and ("widget" in said) is made_of_widgets:
                    yield index, slot


def _free_outputs(nodes: list[dict[str, Any]], taken: set[Place]) -> Iterator[Place]:
    for index, node in enumerate(nodes):
        for slot, _said in _slots(node, "outputs"):
            if (index, slot) not in taken:
                yield index, slot


def _slots(node: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    listed = node.get(name)
    for slot, said in enumerate(listed if isinstance(listed, list) else ()):
        yield slot, said if isinstance(said, dict) else None


def _inner_links(links: Any, count: int) -> Iterator[tuple[Place, Place]]:
    for link in _lists(links, 4):
        source, target = _place(link[:2], count), _place(link[2:4], count)
        if source and target:
            yield source, target


def _place(pair: list[Any], count: int) -> Place | None:
    """Node and slot, where both are numbers and there is such a node."""
    node, slot = pair
    return (node, slot) if type(node) is int and type(slot) is int and 0 <= node < count else None


def _lists(values: Any, least: int) -> Iterator[list[Any]]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, list) and len(value) >= least:
            yield value
