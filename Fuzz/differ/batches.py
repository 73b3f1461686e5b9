"""Many calls in one question that can hardly fail: what functions of texts and numbers give, and how it is printed."""

from __future__ import annotations

import random
from collections.abc import Callable

from differ import texts
from differ.tree import Node, expression, item, text

CALLS_IN_ONE = 60
NUMBERS = (
    "0", "1", "2", "10", "(-1)", "(-7)", "9223372036854775807", "(-9223372036854775807)", "0.0", "(-0.0)", "0.1", "1.5", "(-2.5)", "1.0e5", "1.0e16", "123456.789", "1.0e-7", "999999.5", "1.0e21",
    "3.14159265358979", "1.0e300", "(1.0e300 * 1.0e300)", "(-(1.0e300 * 1.0e300))", "(1.0e300 * 1.0e300 * 0.0)", "1.0e-300", "0.30000000000000004", "100000.0", "1000000.0", "9007199254740993.0", "4.0e18",
)
INDENTED_PIECES = (
    "a", "b ", "  ", " ", "\n", "\n", "\n", "\n  ", "\n    ", "\n\t", "\n \n", "\n      \n", "''$", "''\\n", "''\\t", "'''", "$", "$$", "\\", '"', "${x}", "${y}", "''\\${", "''${", "$''\\", "é", "' ", "\r\n", "# c",
)


def quoted(content: str) -> Node:
    return expression('"', text(texts.quoted(content)[1:-1]), '"')


def versions(source: random.Random) -> Node:
    call = source.choice(("compare", "compare", "split", "parse"))
    if call == "compare":
        return expression("(builtins.compareVersions ", quoted(texts.version(source)), " ", quoted(texts.version(source)), ")")
    return expression(f"(builtins.{'splitVersion' if call == 'split' else 'parseDrvName'} ", quoted(texts.version(source)), ")")


def number(source: random.Random, depth: int = 2) -> Node:
    """A float; integers only where no operation can overflow."""
    if depth == 0 or source.random() < 0.3:
        return expression(source.choice(NUMBERS))
    operator = source.choice((" + ", " - ", " * ", " / "))
    if operator == " / ":
        return expression("((", number(source, depth - 1), " + 0.0) / ", source.choice(("3.0", "7", "1.0e10", "(-0.1)")), ")")
    return expression("(", number(source, depth - 1), operator, "(0.0 + ", number(source, depth - 1), "))")


def printed_number(source: random.Random) -> Node:
    made = number(source)
    function = source.choice(("", "", "toString ", "builtins.toXML ", "builtins.typeOf "))
    return expression("(", function, made, ")")


def comparison(source: random.Random) -> Node:
    return expression("(", number(source, 1), source.choice((" < ", " <= ", " > ", " >= ", " == ", " != ")), number(source, 1), ")")


def sorted_numbers(source: random.Random) -> Node:
    """Sorting is stable: pairs of a key and a place."""
    pairs = [item(f"[ {source.choice('0123')}{source.choice(('', '.0'))} {place} ] ") for place in range(source.choice((3, 8, 16, 17, 24, 50)))]
    order = source.choice(("a: b: builtins.head a < builtins.head b", "a: b: builtins.head a > builtins.head b", "builtins.lessThan", 'a: b: builtins.trace "${toString a} ${toString b}" (builtins.head a < builtins.head b)', "a: b: builtins.head a <= builtins.head b", "a: b: false", "a: b: true"))
    return expression("(builtins.sort (", order, ") [ ", *pairs, "])")


def replaced(source: random.Random) -> Node:
    count = source.randrange(0, 4)
    short = lambda: quoted("".join(source.choice("aab.") for _ in range(source.randrange(0, 3))))
    return expression(
        "(builtins.replaceStrings [ ", *[item(short(), " ") for _ in range(count)], "] [ ", *[item(short(), " ") for _ in range(count)], "] ", quoted(texts.subject(source)), ")"
    )


def substring(source: random.Random) -> Node:
    pick = lambda: source.choice(("0", "1", "2", "5", "100", "9223372036854775807"))
    return expression("(builtins.substring ", pick(), " ", source.choice((pick(), "(-1)", "(-5)")), " ", quoted(texts.any_text(source)), ")")


def on_text(source: random.Random) -> Node:
    functions = ("builtins.stringLength", "baseNameOf", "dirOf", "builtins.toJSON", "builtins.toXML", 'builtins.hashString "md5"', 'builtins.hashString "sha256"', "builtins.fromJSON (builtins.toJSON", "builtins.split \"[ab]\"")
    function = source.choice(functions)
    return expression("(", function, " ", quoted(texts.any_text(source)), ")" * function.count("(") + ")")


def indented(source: random.Random) -> Node:
    content = "".join(source.choice(INDENTED_PIECES) for _ in range(source.randrange(0, 12)))
    return expression("(let x = ", source.choice(('"X"', '"\\n  X"')), '; y = ""; in \'\'', text(content), "'')")


def json(source: random.Random) -> Node:
    valid = ("null", "true", "0", "-0", "1.5", "1e3", "1E-2", "-0.0", "9223372036854775807", "-9223372036854775808", "0.1", '"é"', '"\\u00e9\\ud83d\\ude00"', '"\\n\\/"', "[]", "{}", "1e22", "123456789.125", "1e-7")
    elements = ",".join(source.choice(valid) for _ in range(source.randrange(0, 6)))
    members = ",".join(f'"{source.choice(texts.NAMES[:-2])}": {source.choice(valid)}' for _ in range(source.randrange(0, 5)))
    return expression("(", source.choice(("", "builtins.toXML ", "builtins.toJSON ")), "(builtins.fromJSON ", quoted(f"[{{{members}}}{',' if elements else ''}{elements}]"), "))")


def cyclic(source: random.Random) -> Node:
    """A structure that holds itself, as it is printed."""
    parts = [source.choice(("x", "[ x ]", "{ a = x; }", "1", "[ ]", "{ }", '"s"', "y", "[ y y ]", "(z: z)", "{ b = [ y ]; }", "builtins.map", "(builtins.add 1)", "null", "1.5", "/p", "{ \"a b\" = 1; or = 2; }")) for _ in range(5)]
    return expression(f"(let x = [ {parts[0]} {parts[1]} {{ c = {parts[2]}; }} ]; y = {{ d = {parts[3]}; e = {parts[4]}; f = x; }}; in [ x y ])")


def closure(source: random.Random) -> Node:
    edges = "; ".join(f'k{key} = [ {" ".join(str(source.randrange(0, 6)) for _ in range(source.randrange(0, 4)))} ]' for key in range(6))
    starts = " ".join(f"{{ key = {source.randrange(0, 6)}; }}" for _ in range(source.randrange(0, 3)))
    return expression(f"(map (x: x.key) (builtins.genericClosure {{ startSet = [ {starts} ]; operator = x: map (key: {{ inherit key; from = x.key; }}) {{ {edges}; }}.\"k${{toString x.key}}\"; }}))")


def contexts(source: random.Random) -> Node:
    """Strings with a context through functions that keep, lose or split it."""
    subject = source.choice(('"${builtins.toFile "a" "x"}"', '(derivation { name = "n"; builder = "/b"; system = "s"; outputs = [ "out" "dev" ]; }).dev.outPath', '(derivation { name = "n"; builder = "/b"; system = "s"; }).drvPath'))
    pieces = source.choice(("s", 'builtins.substring 0 5 s', 's + "/x"', 'builtins.replaceStrings [ "n" ] [ "m${s}" ] s', 'builtins.head (builtins.match "(.).*" s)', 'builtins.concatStringsSep s [ "a" "b" ]', "builtins.toJSON [ s 1 ]", "builtins.toXML s", "builtins.head (builtins.split \"-\" s)", "baseNameOf s", "dirOf s", "builtins.unsafeDiscardOutputDependency s", "toString [ s s ]", "builtins.substring 3 0 s", "''  ${s}\n  x''"))
    return expression(f"(let s = {subject}; t = {pieces}; in [ (builtins.getContext t) (builtins.stringLength t) (builtins.hasContext t) ])")


MAKERS: tuple[Callable[[random.Random], Node], ...] = (
    versions, printed_number, comparison, sorted_numbers, replaced, substring, on_text, indented, indented, json, cyclic, closure, contexts,
)


def batch(source: random.Random) -> Node:
    parts: list[Node | str] = ["[ "]
    for _ in range(CALLS_IN_ONE):
        parts.append(item(source.choice(MAKERS)(source), "\n"))
    return expression(*parts, "]")
