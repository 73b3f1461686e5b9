"""Random expressions of a wanted type, most of them well-typed."""

from __future__ import annotations

import random
from collections.abc import Callable

from differ import texts
from differ.signatures import (
    ANY, BOOL, FLOAT, GLOBALS, INT, NULL, NUMBER, PATH, SIGNATURES, SIMPLE_TYPES, STRING, Type, attributes, function, many, substitute, unify,
)
from differ.special import Special
from differ.tree import Node, expression, item, text

Scope = tuple[tuple[str, Type], ...]

INTEGERS = ("0", "1", "2", "3", "7", "10", "255", "1000000", "9223372036854775807", "(-1)", "(-2)", "(-9223372036854775807 - 1)", "4611686018427387904", "2147483648", "00012")
FLOATS = ("0.0", "1.0", "1.5", "2.5", ".5", "1e3", "1.0e-5", "123456789.123", "1.0e300", "(-0.5)", "(-1.0)", "0.1", "3.0e15", "1.0e16", "100000.0", "1234567.0", "9.2e18", "2.")
PATHS = ("./files/text", "./files/text", "./files/tree", "./files/value.nix", "./files/tree", "./files/value.nix", "./files/missing", "./.", "/etc/none", "./files/tree/../text", "./files", "../x", "./files/tree/inner.nix", "/", "./files/link")

# How often an expression of another type than the wanted one is put.
MISTAKE = 0.015


class Generator:
    """Makes one expression from a seed; `scope` holds the variables in sight and their types."""

    def __init__(self, seed: int):
        self.source = random.Random(seed)
        self.budget = self.source.choice((8, 15, 25, 40, 70))
        self.special = Special(self)

    def top(self) -> Node:
        return self.make(self.type(3), (), 7)

    # MARK: types

    def type(self, depth: int = 2) -> Type:
        choice = self.source.random()
        if depth == 0 or choice < 0.5:
            return self.source.choice(SIMPLE_TYPES)
        if choice < 0.7:
            return many(self.type(depth - 1))
        if choice < 0.9:
            return attributes(self.type(depth - 1))
        return function(self.type(depth - 1), self.type(depth - 1))

    # MARK: expressions

    def make(self, wanted: Type, scope: Scope, depth: int) -> Node:
        """An expression that can stand anywhere: parenthesised unless it is a word or a bracket."""
        self.budget -= 1
        if self.source.random() < MISTAKE:
            wanted = self.type()
        if wanted == ANY:
            wanted = self.type()
        if wanted == NUMBER:
            wanted = self.source.choice((INT, INT, FLOAT))
        if depth <= 0 or self.budget <= 0:
            return self.leaf(wanted, scope)
        choice = self.source.random()
        if choice < 0.17:
            found = self.variable(wanted, scope)
            if found is not None:
                return found
        if choice < 0.42:
            return self.call(wanted, scope, depth)
        if choice < 0.6:
            return self.special.control(wanted, scope, depth)
        return self.literal(wanted, scope, depth)

    def variable(self, wanted: Type, scope: Scope) -> Node | None:
        names = [name for name, type in scope if type == wanted]
        return expression(self.source.choice(names)) if names else None

    def leaf(self, wanted: Type, scope: Scope) -> Node:
        """An expression without much inside."""
        if wanted in (ANY, NUMBER):
            wanted = INT
        if self.source.random() < 0.4:
            found = self.variable(wanted, scope)
            if found is not None:
                return found
        if isinstance(wanted, tuple) and wanted[0] == "list":
            inner = self.leaf(wanted[1], scope)
            return self.source.choice((expression("[ ]"), expression("[ ", inner, " ]"), expression("[ ", inner, " ", inner, " ]")))
        if isinstance(wanted, tuple) and wanted[0] == "set":
            return self.source.choice((expression("{ }"), expression("{ ", self.source.choice("abc"), " = ", self.leaf(wanted[1], scope), "; }")))
        if isinstance(wanted, tuple):
            if isinstance(wanted[1], tuple) and wanted[1][0] == "set" and self.source.random() < 0.5:
                return expression("({ a ? 1, ... }: ", self.leaf(wanted[2], scope), ")")
            return expression("(x: ", self.leaf(wanted[2], scope), ")")
        return self.literal(wanted, scope, 0)

    def literal(self, wanted: Type, scope: Scope, depth: int) -> Node:
        pick = self.source.choice
        if isinstance(wanted, tuple):
            kind, *inner = wanted
            if kind == "list":
                return self.list(inner[0], scope, depth)
            if kind == "set":
                return self.special.set(inner[0], scope, depth)
            return self.special.function(inner[0], inner[1], scope, depth)
        operations: dict[str, Callable[[], Node]] = {
            INT: lambda: self.arithmetic(INT, scope, depth) if depth > 0 and self.source.random() < 0.5 else expression(pick(INTEGERS)),
            FLOAT: lambda: self.arithmetic(FLOAT, scope, depth) if depth > 0 and self.source.random() < 0.4 else expression(pick(FLOATS)),
            BOOL: lambda: self.logic(scope, depth) if depth > 0 and self.source.random() < 0.7 else expression(pick(("true", "false"))),
            NULL: lambda: expression("null"),
            STRING: lambda: self.special.string(scope, depth),
            PATH: lambda: self.path(scope, depth),
        }
        if wanted in operations:
            return operations[wanted]()
        return self.special.text(wanted, scope, depth)

    def list(self, element: Type, scope: Scope, depth: int) -> Node:
        count = self.source.choice((0, 1, 2, 2, 3, 4)) if self.source.random() < 0.95 else 20
        parts: list[Node | str] = ["[ "]
        for _ in range(count):
            parts += [item(self.make(element, scope, depth - 1), " ")]
        made = expression(*parts, "]")
        if depth > 0 and self.source.random() < 0.15:
            return self.wrap(made, " ++ ", self.make(many(element), scope, depth - 1))
        return made

    def path(self, scope: Scope, depth: int) -> Node:
        if depth > 0 and self.source.random() < 0.15:
            return expression("./files/${", self.make(STRING, scope, depth - 1), "}")
        if depth > 0 and self.source.random() < 0.15:
            return self.wrap(self.make(PATH, scope, depth - 1), " + ", self.make(STRING, scope, depth - 1))
        return expression(self.source.choice(PATHS))

    def arithmetic(self, wanted: Type, scope: Scope, depth: int) -> Node:
        if self.source.random() < 0.12:
            return expression("(-", self.make(wanted, scope, depth - 1), ")")
        operator = self.source.choice((" + ", " - ", " * ", " / ", " + ", " - "))
        return self.wrap(self.make(wanted, scope, depth - 1), operator, self.make(wanted, scope, depth - 1))

    def logic(self, scope: Scope, depth: int) -> Node:
        choice = self.source.random()
        if choice < 0.15:
            return expression("(!", self.make(BOOL, scope, depth - 1), ")")
        if choice < 0.4:
            operator = self.source.choice((" && ", " || ", " -> "))
            return self.wrap(self.make(BOOL, scope, depth - 1), operator, self.make(BOOL, scope, depth - 1))
        if choice < 0.5:
            return self.wrap(self.make(attributes(ANY), scope, depth - 1), " ? ", self.special.attribute_path(scope, depth))
        type = self.type() if self.source.random() < 0.8 else NUMBER
        operators = (" == ", " != ", " < ", " <= ", " > ", " >= ") if type in (INT, FLOAT, NUMBER, STRING, PATH) or type[0] == "list" else (" == ", " != ")
        return self.wrap(self.make(type, scope, depth - 1), self.source.choice(operators), self.make(type, scope, depth - 1))

    def wrap(self, left: Node, operator: str, right: Node) -> Node:
        """A binary operation, now and then without its parentheses, so that precedence decides."""
        if self.source.random() < 0.12:
            return expression(left, operator, right)
        return expression("(", left, operator, right, ")")

    def call(self, wanted: Type, scope: Scope, depth: int) -> Node:
        """A builtin whose result can be of the wanted type."""
        for _ in range(12):
            name, arguments, result = self.source.choice(SIGNATURES)
            bound: dict[str, Type] = {}
            if not unify(result, wanted, bound):
                continue
            if name in ("throw", "abort", "trace", "warn", "traceVerbose", "addErrorContext", "seq", "deepSeq") and self.source.random() < (0.95 if name in ("throw", "abort") else 0.75):
                continue
            for variable in ("T", "U"):
                bound.setdefault(variable, self.type())
            written = name if name in GLOBALS and self.source.random() < 0.5 else f"builtins.{name}"
            parts: list[Node | str] = ["(", written]
            count = len(arguments) if self.source.random() < 0.985 else self.source.randrange(0, len(arguments) + 2)
            for index in range(count):
                type = substitute(arguments[index], bound) if index < len(arguments) else ANY
                parts += [" ", self.argument(type, scope, depth - 1)]
            return expression(*parts, ")")
        return self.literal(wanted, scope, depth)

    def argument(self, type: Type, scope: Scope, depth: int) -> Node:
        return self.make(type, scope, depth)

    def name(self) -> str:
        return self.source.choice(texts.NAMES) if self.source.random() < 0.4 else self.source.choice(("a", "b", "c", "d"))

    def quoted(self, content: str) -> Node:
        """A string literal whose inside can be shortened."""
        whole = texts.quoted(content)
        return expression('"', text(whole[1:-1]), '"')

    def bindings(self, scope: Scope, depth: int, wanted: list[tuple[str, Type]]) -> list[Node]:
        return [item(name, " = ", self.make(type, scope, depth - 1), "; ") for name, type in wanted]
