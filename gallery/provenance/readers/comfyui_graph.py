"""ComfyUI's node graph, in whichever of its two shapes, as nodes with inputs.

Shapes: the API graph (`prompt`: id → class_type and inputs, a link is `[id, slot]`) and the editor's (`workflow`).
Everything that walks the graph pays from one purse, so that cycles and shared parts end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_MOST_NODES = 200_000
_MOST_STEPS = 150_000
_VALUE_KEYS = (
    "value", "Value", "int", "float", "number", "seed", "noise_seed", "string", "text", "String", "Text", "INT",
    "FLOAT",
)  # fmt: skip


class Link(NamedTuple):
    """Where an input comes from: a node's id and the number of its output."""

    node: str
    slot: int


@dataclass
class Node:
    """One step: what it does, its inputs by name (values or links), the version of ComfyUI that its editor noted."""

    id: str
    kind: str
    inputs: dict[str, Any] = field(default_factory=dict)
    version: str = ""

    @property
    def lower(self) -> str:
        """The kind for comparisons."""
        return self.kind.lower()

    def links(self) -> Iterator[tuple[str, Link]]:
        """Names and sources of the inputs that come from other nodes."""
        return ((name, value) for name, value in self.inputs.items() if isinstance(value, Link))


class Graph:
    """Nodes by id; `step` counts what walking cost and says when enough is enough."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        self.nodes = nodes
        self.left = _MOST_STEPS

    def step(self) -> bool:
        """Pay for one node; False when nothing is left."""
        self.left -= 1
        return self.left >= 0

    def source(self, node: Node, *names: str) -> tuple[Node, int] | None:
        """The node and output that feed the first of the inputs `names` that is linked."""
        for name in names:
            link = node.inputs.get(name)
            if isinstance(link, Link) and (found := self.nodes.get(link.node)):
                return found, link.slot
        return None

    def value(self, node: Node, *names: str) -> Any:
        """The plain value of the first of the inputs `names` that has one, found behind links to value nodes too."""
        for name in names:
            value = node.inputs.get(name)
            for _ in range(30):
                if not isinstance(value, Link) or not self.step():
                    break
                behind = self.nodes.get(value.node)
                value = _value_of(behind, name) if behind else None
            if value is not None and not isinstance(value, Link):
                return value
        return None


def _value_of(node: Node, name: str) -> Any:
    for key in (name, *_VALUE_KEYS):
        if key in node.inputs:
            return node.inputs[key]
    plain = [
        value for value in node.inputs.values() if isinstance(value, int | float | str) and not isinstance(value, bool)
    ]
    links = [link for _name, link in node.links()]
    # A node with one value or one link can mean only that; anything else is arithmetic, which isn't done here.
    return plain[0] if len(plain) == 1 and not links else links[0] if len(links) == 1 and not plain else None


def api_graph(data: Any) -> Graph | None:
    """The graph that ran, from `prompt`; None for what is no such graph."""
    if not isinstance(data, dict):
        return None
    nodes: dict[str, Node] = {}
    for name, said in data.items():
        if isinstance(said, dict) and isinstance(said.get("class_type"), str) and isinstance(said.get("inputs"), dict):
            inputs = {key: _input(value) for key, value in said["inputs"].items()}
            nodes[name] = Node(name, said["class_type"], inputs)
        if len(nodes) >= _MOST_NODES:
            break
    return Graph(nodes) if nodes else None


def _input(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], int) and isinstance(value[0], str | int):
        return Link(str(value[0]), value[1])
    return value
