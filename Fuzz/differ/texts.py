"""Texts that builtins read: patterns, versions, JSON, TOML, and what surrounds them."""

from __future__ import annotations

import random

CHARACTERS = "abcxyzABC019 .-_/+*?()[]{}|^$\\\"'\n\t:;,#%~<>=@é☃"
NAMES = ("a", "b", "c", "d", "x", "y", "name", "value", "key", "type", "x y", "", "or", "a.b", "1", "é", "__toString", "rec")
HASH_ALGORITHMS = ("md5", "sha1", "sha256", "sha512", "blake3", "sha3", "SHA256", "")
TIMES = ("1979-05-27T07:32:00Z", "1979-05-27", "07:32:00.999999", "1979-05-27T00:32:00-07:00", "1979-13-27", "1979-05-27 07:32:00")


def any_text(source: random.Random) -> str:
    choice = source.random()
    if choice < 0.3:
        return source.choice(NAMES)
    if choice < 0.5:
        return source.choice(("abc", "a-b-c", "1.2.3", "/a/b/../c", "a/b/", "foo.tar.gz", "0x1f", "true", "12", "-3.5e2", "%20", "\r\n", "${a}"))
    return "".join(source.choice(CHARACTERS) for _ in range(source.randrange(0, 12)))


def version(source: random.Random) -> str:
    pieces = ("1", "2", "10", "01", "0", "pre", "rc", "a", "b", "alpha", "-", ".", "..", "_", "+", "999999999999", "é")
    if source.random() < 0.3:
        return f"{source.choice(('foo', 'a-b', 'x-2y', ''))}-{source.choice(pieces)}.{source.choice(pieces)}"
    return source.choice(("", ".", "-")).join(source.choice(pieces) for _ in range(source.randrange(0, 6)))


def pattern(source: random.Random, depth: int = 3, valid: bool = False) -> str:
    """An extended regular expression over a small alphabet, with groups."""
    if not valid and source.random() < 0.04:
        return source.choice(("(", ")", "[", "a{", "a{2,1}", "*", "[[:foo:]]", "\\", "[b-a]", "a**", "a|*", "()", "{1}", "[]", "+a", "(?:a)"))
    choice = source.random()
    if depth == 0 or choice < 0.25:
        return source.choice(("a", "b", "c", "ab", ".", "x", "\\.", "a", "b"))
    if choice < 0.33:
        return source.choice(
            ("[ab]", "[^a]", "[a-c]", "[[:alpha:]]", "[[:digit:]]", "[]a]", "[^]a]", "[a-]", "[[:space:][:upper:]]", "[b-]", "[.]", "[[.a.]]", "[[=a=]]", "[\\n]", "[0-9]")
        )
    if choice < 0.36 and not valid:
        return source.choice(("^", "$", "\\^", "\\(", "\\\\", "\\n", "\\d", "\\w", "\\b", "\\1"))
    if choice < 0.56:
        return pattern(source, depth - 1, valid) + pattern(source, depth - 1, valid)
    if choice < 0.68:
        left, right = pattern(source, depth - 1, valid), pattern(source, depth - 1, valid)
        if source.random() < 0.1:
            left = ""
        return f"({left}|{right})" if source.random() < 0.8 else f"{left}|{right}"
    group = f"({pattern(source, depth - 1, valid)})"
    if choice < 0.8:
        return group
    if source.random() < 0.3:
        group = source.choice(("a", "b", ".", "[ab]"))
    return group + source.choice(("*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}", "*", "?", "{0}", "{,2}" if not valid else "?"))


def repetition(source: random.Random, depth: int = 3) -> str:
    """Repetitions of repetitions, most of whose bodies may be empty."""
    choice = source.random()
    if depth == 0 or choice < 0.2:
        return source.choice(("a", "b", "", "a", "ab", "[ab]", ".", "a*", "b?"))
    if choice < 0.5:
        body = source.choice(("({})", "({})", "({}|)", "(|{})", "({}|b)")).format(repetition(source, depth - 1))
        first = source.choice(("", "*", "*", "+", "+", "?", "{1,2}", "{0,2}", "{2,}", "{1,}", "{2}"))
        return body + first + source.choice(("", "", "*", "+", "?"))
    left, right = repetition(source, depth - 1), repetition(source, depth - 1)
    return left + right if choice < 0.75 else f"({left}|{right})"


def subject(source: random.Random, alphabet: str = "aabbc.x") -> str:
    return "".join(source.choice(alphabet) for _ in range(source.randrange(0, 9)))


def json_text(source: random.Random, depth: int = 3) -> str:
    choice = source.random()
    if choice < 0.03:
        return source.choice(("", "nul", "[1,]", "{\"a\":}", "01", "1.", "+1", ".5", "'a'", "[", "{", "\"\\x\"", "\"\\ud800\"", "tru", "1e", "--1", "NaN", "\"a\nb\"", "{1:2}", "[1 2]"))
    if depth == 0 or choice < 0.5:
        return source.choice(
            ("null", "true", "false", "0", "-0", "1", "-12", "1.5", "1e3", "1E-2", "-0.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
             "-9223372036854775809", "1e400", "1e-400", "0.1", "123456789012345678901234567890", '"abc"', '""', '"\\u00e9\\ud83d\\ude00"', '"\\n\\t\\"\\\\\\/\\b\\f\\r"',
             '"\\u0000"', '"é"', "1.0", "100000000000000000000000.5", "3.141592653589793238")
        )
    space = source.choice(("", " ", "\n", "\t"))
    if choice < 0.75:
        return f"[{space}{f',{space}'.join(json_text(source, depth - 1) for _ in range(source.randrange(0, 4)))}{space}]"
    names = (source.choice(NAMES) for _ in range(source.randrange(0, 4)))
    members = (f'"{name}"{space}:{space}{json_text(source, depth - 1)}' for name in names)
    return "{" + f",{space}".join(members) + "}"


def toml_text(source: random.Random) -> str:
    lines = []
    for _ in range(source.randrange(0, 6)):
        choice = source.random()
        key = toml_key(source)
        if choice < 0.15:
            lines.append(f"[{key}]")
        elif choice < 0.25:
            lines.append(f"[[{key}]]")
        elif choice < 0.3:
            lines.append(source.choice(("", "# note", "   ", "a = # b", "= 1", "x", "a b = 1", "[a", "[[b]", 'a = "', "a.b.c = 1 # c")))
        else:
            lines.append(f"{key} = {toml_value(source, 2)}")
    return source.choice(("\n", "\n", "\r\n")).join(lines)


def toml_key(source: random.Random) -> str:
    part = lambda: source.choice(("a", "b", "c", "d-e", "_f", "1", '"x y"', "'q'", '""', '"\\u00e9"'))
    return ".".join(part() for _ in range(source.choice((1, 1, 1, 2, 3))))


def toml_value(source: random.Random, depth: int) -> str:
    choice = source.random()
    if depth > 0 and choice < 0.15:
        return "[" + source.choice((", ", ",\n  ", ",")).join(toml_value(source, depth - 1) for _ in range(source.randrange(0, 4))) + source.choice(("", ",")) + "]"
    if depth > 0 and choice < 0.28:
        return "{ " + ", ".join(f"{toml_key(source)} = {toml_value(source, depth - 1)}" for _ in range(source.randrange(0, 3))) + " }"
    return source.choice(
        ("1", "+1", "-17", "0", "1_000", "0xDEAD_beef", "0o755", "0b1101", "01", "1__0", "9223372036854775807", "9223372036854775808", "1.5", "-0.0", "+1.0", "1e10", "6.02E-3", "1.",
         ".5", "inf", "-inf", "nan", "+nan", "true", "false", "True", '"text"', "'literal\\n'", '"esc \\t \\" \\u00E9 \\U0001F600"', '"bad \\q"', '"""multi\nline"""', '"""\nfirst \\\n   joined"""',
         "'''raw\n'quotes' '''", '""', "''", '"a\tb"', *TIMES)
    )


def quoted(content: str) -> str:
    """A Nix string literal of this content."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(character, character) for character in content).replace("${", "\\${") + '"'
