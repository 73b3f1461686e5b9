"""Generated text with its structure, so that a difference can be shrunk by its parts."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterator

EXPRESSION = "expression"
ITEM = "item"
TEXT = "text"


@dataclasses.dataclass(frozen=True)
class Node:
    """A piece of text and the pieces that it is made of.

    An `EXPRESSION` may be replaced by any other expression, an `ITEM` (a binding, an element, a formal) may be left out,
    and a `TEXT` (the inside of a literal) may be shortened.
    """

    kind: str
    parts: tuple[Node | str, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def __len__(self) -> int:
        return sum(map(len, self.parts))


def expression(*parts: Node | str) -> Node:
    return Node(EXPRESSION, parts)


def item(*parts: Node | str) -> Node:
    return Node(ITEM, parts)


def text(content: str) -> Node:
    return Node(TEXT, (content,))


# What an expression is tried to be replaced by. None of them hides an error of what stands around it.
SIMPLEST = tuple(expression(word) for word in ("null", "{ }", "[ ]", '""', "1"))

# Puts a changed piece back into the whole.
Rebuild = Callable[[tuple[Node | str, ...]], Node]


def pieces(root: Node) -> Iterator[tuple[Node, Rebuild]]:
    """Every node of a tree, the outermost first, and how the tree looks with other nodes in its place."""
    waiting: collections.deque[tuple[Node, Rebuild]] = collections.deque([(root, lambda parts: Node(root.kind, parts))])
    while waiting:
        node, rebuild = waiting.popleft()
        yield node, rebuild
        for index, part in enumerate(node.parts):
            if isinstance(part, Node):
                waiting.append((part, within(node, index, rebuild)))


def within(node: Node, index: int, rebuild: Rebuild) -> Rebuild:
    before, after = node.parts[:index], node.parts[index + 1 :]

    def rebuilt(parts: tuple[Node | str, ...]) -> Node:
        return rebuild((Node(node.kind, (*before, *parts, *after)),))

    return rebuilt


def nearest(node: Node) -> Iterator[Node]:
    """The outermost expressions inside a node."""
    for part in node.parts:
        if isinstance(part, Node):
            if part.kind == EXPRESSION:
                yield part
            else:
                yield from nearest(part)


def smaller(root: Node) -> Iterator[Node]:
    """Simplifications of a tree, the largest steps first."""
    for node, rebuild in pieces(root):
        if node.kind == EXPRESSION:
            replacements = [*nearest(node), *(simple for simple in SIMPLEST if len(simple) < len(node))]
            for replacement in replacements:
                yield rebuild((replacement,))
        elif node.kind == ITEM:
            yield rebuild(())
        elif node.kind == TEXT:
            for content in shorter(str(node)):
                yield rebuild((text(content),))


def shorter(content: str) -> Iterator[str]:
    """Texts with a stretch cut out: halves first, then single characters."""
    length = len(content)
    step = length
    while step >= 1:
        for start in range(0, length, step):
            yield content[:start] + content[start + step :]
        step //= 2
