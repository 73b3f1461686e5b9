"""Makes a differing expression as small as it stays differing in the same way."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable, Iterator, Sequence

from differ.tree import Node, smaller

ASKED_AT_ONCE = 40


def shrink(root: Node, still_differ: Callable[[Sequence[Node]], list[bool]], limit: int, at_once: int = ASKED_AT_ONCE) -> Node:
    """The smallest tree found with about `limit` questions, `at_once` of them asked together."""
    asked: set[str] = set()
    questions = 0
    improved = True
    while improved and questions < limit:
        improved = False
        candidates = fresh(root, asked)
        while not improved and questions < limit and (group := list(itertools.islice(candidates, at_once))):
            questions += len(group)
            for candidate, differs in zip(group, still_differ(group), strict=True):
                if differs:
                    root = candidate
                    improved = True
                    break
    return root


def fresh(root: Node, asked: set[str]) -> Iterator[Node]:
    """Simplifications that were not asked about."""
    for candidate in smaller(root):
        written = str(candidate)
        if written not in asked and len(written) < len(root):
            asked.add(written)
            yield candidate


class Kinds:
    """How often each kind of difference was met, so that one cause is shrunk only a few times."""

    def __init__(self, most: int):
        self.most = most
        self.counts: collections.Counter[str] = collections.Counter()

    def wanted(self, kind: str) -> bool:
        self.counts[kind] += 1
        return self.counts[kind] <= self.most
