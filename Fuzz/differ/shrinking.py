"""Makes a differing expression as small as it stays differing in the same way."""

from __future__ import annotations

import collections
from collections.abc import Callable

from differ.tree import Node, smaller


def shrink(root: Node, still_differs: Callable[[Node], bool], limit: int) -> Node:
    """The smallest tree found with at most `limit` questions."""
    asked: set[str] = set()
    questions = 0
    improved = True
    while improved and questions < limit:
        improved = False
        for candidate in smaller(root):
            written = str(candidate)
            if written in asked or len(written) >= len(root):
                continue
            asked.add(written)
            questions += 1
            if still_differs(candidate):
                root = candidate
                improved = True
                break
            if questions >= limit:
                break
    return root


class Kinds:
    """How often each kind of difference was met, so that one cause is shrunk only a few times."""

    def __init__(self, most: int):
        self.most = most
        self.counts: collections.Counter[str] = collections.Counter()

    def wanted(self, kind: str) -> bool:
        self.counts[kind] += 1
        return self.counts[kind] <= self.most
