"""Short expressions with values where they do not belong: every builtin and every operation, every kind of value."""

from __future__ import annotations

import random
import re

from differ import texts
from differ.generator import Generator, Scope
from differ.signatures import SIGNATURES, Type

from differ.tree import Node, expression, text

CONTEXT = '(derivation { name = "n"; builder = "/b"; system = "s"; outputs = [ "out" "dev" ]; })'
VALUES = (
    "null", "true", "false", "0", "1", "(-1)", "2", "9223372036854775807", "(-9223372036854775807 - 1)", "1.5", "(-0.0)", "1.0e300", '""', '"a"', '"a b"', '"1"', '"/nix/store"', '"/a/../b/"', '"sha256"', '"x=1\\n"', '"é"', '"\\t"',
    "./files/text", "./files/tree", "./files/missing", "./files/value.nix", "/.", "[ ]", "[ 1 ]", "[ 1 2.0 ]", '[ "a" "b" ]', "[ [ ] ]", "[ [ 1 ] [ 2 ] ]", "[ { } ]", "[ { a = 1; } ]", "[ (throw \"l\") ]", "[ null ]", '[ { name = "a"; value = 1; } { name = "a"; value = 2; } ]',
    "[ { key = 1; } ]", '[ { name = "a"; } ]', "{ }", "{ a = 1; }", '{ a = "x"; b = [ ]; }', '{ a = throw "s"; }', '{ outPath = "/x"; }', "{ outPath = 1; }", '{ outPath = throw "o"; }', '{ __toString = self: "s"; }', "{ __toString = 1; }", "{ __toString = self: self; }", "{ __functor = self: x: x; }", "{ __functor = 1; }",
    "{ __functor = self: 1; }", '{ type = "derivation"; }', '{ type = "derivation"; drvPath = "/a"; }', "{ key = 1; }", '{ path = ./files; name = "z"; }', "{ startSet = [ { key = 1; } ]; operator = x: [ ]; }", "{ startSet = [ { key = 1; } { key = \"a\"; } ]; operator = x: [ ]; }", "{ startSet = [ 1 ]; operator = 1; }",
    "(x: x)", "(x: y: x)", "(x: y: true)", "(x: true)", "(x: y: y)", "({ a, b ? 1 }: a)", "({ a ? 2, ... }@all: all)", "({ }: 1)", "builtins.add", "(builtins.add 1)", "builtins.length", '(throw "t")', '(abort "a")', '(builtins.trace "T" 1)', "(1 / 0)", "(let x = x; in x)", "undefined",
    f'"${{{CONTEXT}}}"', f"{CONTEXT}", f"{CONTEXT}.drvPath", '(builtins.toFile "f" "x")', '"/nix/store/00000000000000000000000000000000-a"', "(builtins.fromJSON \"[1,{}]\")", "builtins.nixVersion", "{ a.b.c = 1; }", "(rec { a = 1; b = a; })", "((x: { a = x; }) 1)", "(map (x: x) [ 1 ])", "__curPos",
)
NAMES = tuple({name: len(arguments) for name, arguments, _ in SIGNATURES}.items())
# `A`, `B` and `C` stand for values.
OPERATIONS = (
    "A + B", "A - B", "A * B", "A / B", "A ++ B", "A // B", "A == B", "A != B", "A < B", "A <= B", "A > B", "A >= B", "A && B", "A || B", "A -> B", "!A", "-A", "A ? a", "A ? a.b", "A ? ${B}", "A.a", "A.a.b", "A.a or B", "A.a.b or B", "A.${B}", "A.${B} or C", "A B", "A B C", '"${A}"', '"x${A}${B}"',
    "./files/${A}", "if A then B else C", "assert A; B", "with A; a", "with A; with B; a", "{ ${A} = B; }", "{ ${A}.x = B; ${C} = 1; }", "{ inherit (A) a; }", "let inherit (A) a b; in a", "rec { x = A; y = x B; }", "[ A B ] == [ C A ]", "{ x = A; } == { x = B; }", "(a: b: [ a b ]) A B", "({ a, b ? B }: [ a b ]) A",
    "({ a, ... }@x: x) A", "({ a ? B }: a) A", "toString A", "toString [ A B ]", "let f = A; in f B", "builtins.toJSON A", "builtins.toXML A", "builtins.deepSeq A B", "builtins.seq A B", "builtins.tryEval A", "(builtins.tryEval (A + B)).value or C", "map A B", "A.${B}.${C}", "let a = A; b = a.c or B; in [ b ]",
    "assert A == B; C", "assert { x = A; } == { x = B; }; C", "assert [ A ] == [ B ]; C", "import A", "derivation (A // { name = \"n\"; builder = \"/b\"; system = \"s\"; })", 'derivation { name = "n"; builder = "/b"; system = "s"; args = A; x = B; }', 'derivation { name = A; builder = B; system = C; }',
    "builtins.addErrorContext A (B + C)", "builtins.trace A B", "builtins.warn A B", "''\n  ${A}\n   x''", "__sub A B", "[ A ] ++ B", "let inherit (A) a; in { inherit a; b = B; }", "let x = A; in x // { y = x.a; }", "builtins.foldl' (x: y: x + y) A [ B C ]", "builtins.sort builtins.lessThan [ A B C ]", "builtins.elem A [ B C ]",
    "builtins.catAttrs A [ B C ]", "builtins.concatStringsSep A [ B C ]", "builtins.replaceStrings [ A ] [ B ] C", "builtins.substring A B C", "builtins.genList A 3", "builtins.mapAttrs A { a = B; }", "builtins.zipAttrsWith A [ { a = B; } { a = C; } ]", "builtins.groupBy A [ B C ]", "builtins.partition A [ B C ]",
    "builtins.filter A [ B C ]", "builtins.concatMap A [ B C ]", "builtins.all A [ B C ]", "builtins.listToAttrs [ A B ]", "builtins.listToAttrs [ { name = A; value = B; } ]", "builtins.genericClosure { startSet = [ { key = A; } { key = B; } ]; operator = C; }", "builtins.intersectAttrs A B", "builtins.path { path = A; name = B; }", "builtins.functionArgs A",
)


def value(source: random.Random) -> Node:
    return expression(source.choice(VALUES))


def misuse(source: random.Random) -> Node:
    if source.random() < 0.5:
        name, count = source.choice(NAMES)
        if source.random() < 0.08:
            count = max(0, count + source.choice((-1, 1)))
        return expression("(builtins.", name, *(part for _ in range(count) for part in (" ", value(source))), ")")
    parts: list[Node | str] = []
    for word in re.split(r"\b([ABC])\b", source.choice(OPERATIONS)):
        parts.append(value(source) if word in ("A", "B", "C") else word)
    return expression("(", *parts, ")") if source.random() < 0.8 else expression(*parts)


def reader(source: random.Random) -> Node:
    """One call of a builtin that reads a text."""
    choice = source.random()
    if choice < 0.3:
        return call("fromTOML", texts.toml_text(source))
    if choice < 0.5:
        return call("fromJSON", texts.json_text(source))
    if choice < 0.75:
        return call(f"{source.choice(('match', 'split'))} {texts.quoted(texts.pattern(source))}", texts.subject(source))
    name = source.choice(("parseDrvName", "splitVersion", "parseFlakeRef", "placeholder", "baseNameOf", "dirOf", "toPath", "storePath", "pathExists", 'hashString "md5"', "getEnv", "stringLength", "toXML", "toJSON"))
    return call(name, texts.any_text(source) if name != "parseFlakeRef" else flake_text(source))


FLAKE_PIECES = ("github:", "git+https://", "path:", "/", "./", "a", "b", "x.y", "?", "&", "=", "ref=main", "rev=", "dir=c", "narHash=", "#", "%20", "%", ":", "@", "nixpkgs", "gitlab:", "flake:", "tarball+", "file://", "https://h/", ".tar.gz", "0" * 40, "..", "~", "[", "é", "+", "hg+")


def flake_text(source: random.Random) -> str:
    return "".join(source.choice(FLAKE_PIECES) for _ in range(source.randrange(0, 6)))


def call(name: str, content: str) -> Node:
    return expression("(builtins.", name, ' "', text(texts.quoted(content)[1:-1]), '")')


class Tracing(Generator):
    """Says in which order things are evaluated."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.count = 0

    def make(self, wanted: Type, scope: Scope, depth: int) -> Node:
        made = super().make(wanted, scope, depth)
        if self.source.random() < 0.7:
            return made
        self.count += 1
        return expression(f'(builtins.trace "{self.count}" ', made, ")")
