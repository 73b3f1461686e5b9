"""Hostile expressions: each ends in an answer or a message, within bounds of time and memory, never by a signal."""

import os
import pathlib
import resource
import signal
import subprocess

import pytest
from workbench import NIXLITE

PROCESSOR_SECONDS = 5
HEAP = "512M"
# The evaluation stack and the heap reserve addresses of which they use little.
ADDRESS_BYTES = 3 << 30
RESIDENT_BYTES = 1 << 30
LARGE = 100_000
MEBIBYTE_TEXT = '(builtins.concatStringsSep "" (builtins.genList (_: "a") 1000000))'


def nested(before: str, middle: str, after: str = "", count: int = LARGE) -> str:
    return before * count + middle + after * count


DEPTH = "stack overflow"
MEMORY = "out of memory"
RECURSION = "infinite recursion encountered"

# Name: expression, and a part of the message, or of the answer where it begins with "=".
EXPRESSIONS = {
    "variable of itself": ("let x = x; in x", RECURSION),
    "function without end": ("let f = x: f (x + 1); in f 0", DEPTH),
    "function without end, not in tail position": ("let f = x: 1 + f (x + 1); in f 0", DEPTH),
    "loop of a million": ("let f = x: if x == 0 then 0 else f (x - 1); in f 1000000", DEPTH),
    "chain of a million functions": ("builtins.foldl' (a: b: x: a (b + x)) (x: x) (builtins.genList (x: x) 1000000) 1", DEPTH),
    "maps of maps": ("builtins.head (builtins.foldl' (a: _: map (x: x + 1) a) [ 1 ] (builtins.genList (x: x) 200000))", DEPTH),
    "sets of sets": ("builtins.foldl' (a: _: builtins.mapAttrs (n: v: v) a) { a = 1; } (builtins.genList (x: x) 200000)", DEPTH),
    "cyclic set, deepSeq": ("let s = { inherit s; }; in builtins.deepSeq s 1", "=1"),
    "cyclic set, printed": ("let s = { inherit s; }; in s", "={ s = «repeated»; }"),
    "cyclic set, toJSON": ("let s = { a = s; }; in builtins.toJSON s", DEPTH),
    "cyclic list, toJSON": ("let s = [ s ]; in builtins.toJSON s", DEPTH),
    "cyclic set, toXML": ("let s = { a = s; }; in builtins.toXML s", MEMORY),
    "cyclic set, equality": ("let s = { a = s; }; t = { a = t; }; in s == t", DEPTH),
    "cyclic list, equality": ("let s = [ s ]; t = [ t ]; in s == t", DEPTH),
    "cyclic list, order": ("let s = [ s ]; t = [ t ]; in s < t", DEPTH),
    "cyclic list, toString": ("let s = [ s ]; in toString s", DEPTH),
    "outPath of itself": ('let s = { outPath = s; }; in "${s}"', DEPTH),
    "__toString of itself": ('let s = { __toString = self: self; }; in "${s}"', DEPTH),
    "__functor of itself": ("let s = { __functor = s; }; in s 1", DEPTH),
    "set without bottom, printed": ("let f = x: { a = f (x + 1); }; in f 0", DEPTH),
    "list without bottom, printed": ("let f = x: [ (f (x + 1)) ]; in f 0", DEPTH),
    "list without bottom, deepSeq": ("let f = x: [ (f (x + 1)) ]; in builtins.deepSeq (f 0) 1", DEPTH),
    "list without bottom, toJSON": ("let f = x: [ (f (x + 1)) ]; in builtins.toJSON (f 0)", DEPTH),
    "list without bottom, equality": ("let f = x: [ (f (x + 1)) ]; in f 0 == f 1", DEPTH),
    "list without bottom, traced": ("let f = x: [ (f x) ]; in builtins.trace (f 0) 1", "=1"),
    "tryEval of itself": ("let f = x: (builtins.tryEval (f x)).value; in f 1", DEPTH),
    "addErrorContext of itself": ('let f = x: builtins.addErrorContext "x" (f (x + 1)); in f 0', DEPTH),
    "genericClosure without end": (
        "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }",
        MEMORY,
    ),
    "derivations of derivations": (
        'let f = n: if n == 0 then "" else "${derivation { name = "a"; builder = f (n - 1); system = "s"; }}"; in f 3000',
        DEPTH,
    ),
    "parentheses": (nested("(", "1", ")"), "=1"),
    "a million parentheses": (nested("(", "1", ")", 10 * LARGE), "nested deeper than"),
    "lists in lists": (nested("[", "", "]"), DEPTH),
    "sets in sets": (nested("{a=", "1", ";}"), DEPTH),
    "functions of functions": (nested("x: ", "1"), "=<LAMBDA>"),
    "let in let": (nested("let a = 1; in ", "1"), "=1"),
    # Nix makes a call of each.
    "minus": (nested("-", "1"), DEPTH),
    "plus": ("1" + "+1" * 2 * LARGE, "=200001"),
    "subtraction": ("1" + "-1" * 2 * LARGE, DEPTH),
    "not": (nested("!", "true"), "=true"),
    "concatenation": ("[]" + "++[]" * LARGE, "=[ ]"),
    "update": ("{}" + "//{}" * LARGE, "={ }"),
    "and": ("true" + "&&true" * LARGE, "=true"),
    "comparison in parentheses": (nested("(", "1", "==1)", 20_000), "=false"),
    "interpolation": (nested('"${', '"a"', '}"', 20_000), '="a"'),
    "interpolation, indented": (nested("''${", '"a"', "}''", 20_000), '="a"'),
    "else if": (nested("if true then 1 else ", "1"), "=1"),
    "if in conditions": (nested("if ", "true", " then true else true", 20_000), "=true"),
    "with": (nested("with {}; ", "1"), "=1"),
    "with, nothing found": (nested("with {}; ", "x", count=20_000), "undefined variable 'x'"),
    "assert": (nested("assert true; ", "1"), "=1"),
    "selections": ("{}" + ".a" * LARGE, "attribute 'a' missing"),
    "selections with defaults": ("{}" + ".a or {}" * LARGE, "={ }"),
    "attribute path": ("{ a" + ".a" * LARGE + " = 1; }", DEPTH),
    "long ?": ("{ } ? a" + ".a" * LARGE, "=false"),
    "applications": ("(x: x)" + " (x: x)" * LARGE, "=<LAMBDA>"),
    "applications in arguments": (nested("(x: x) (", "1", ")"), DEPTH),
    "open lists": ("[" * LARGE, "syntax error"),
    "open sets": ("{" * LARGE, "syntax error"),
    "open parentheses": ("(" * LARGE, "syntax error"),
    "open strings": ('"${' * LARGE, "error"),
    "open lets": ("let " * LARGE, "syntax error"),
    "null byte": ("1 \0 + 1", "unexpected null byte"),
    "null byte in a string": ('"a\0b"', "null bytes"),
    "integer of 2^63": ("9223372036854775808", "invalid integer"),
    "integer of 100,000 digits": ("9" * LARGE, "invalid integer"),
    "float of 1000 digits before the point": ("9" * 1000 + ".0", "invalid float"),
    "exponent without a point": ("1e999", "undefined variable 'e999'"),
    "addition overflows": ("9223372036854775807 + 1", "integer overflow in adding 9223372036854775807 + 1"),
    "division overflows": ("(-9223372036854775807 - 1) / (-1)", "integer overflow in dividing"),
    "negation overflows": ("-(-9223372036854775807 - 1)", "integer overflow in subtracting"),
    "multiplication overflows": ("4611686018427387904 * 4", "integer overflow in multiplying"),
    "division by zero": ("1 / 0", "division by zero"),
    "ceil of what no integer holds": ("builtins.ceil 1.0e300", "not in the range of NixInt"),
    "ceil of infinity": ("builtins.ceil (1.0e300 * 1.0e300)", "not in the range of NixInt"),
    "genList of -1": ("builtins.genList (x: x) (-1)", "cannot create list of size -1"),
    "genList of 10^8": ("builtins.length (builtins.genList (x: x) 100000000)", MEMORY),
    "genList of 10^12": ("builtins.genList (x: x) 1000000000000", MEMORY),
    "genList of 2^62": ("builtins.genList (x: x) 4611686018427387904", MEMORY),
    "genList of 2^63 - 1": ("builtins.genList (x: x) 9223372036854775807", MEMORY),
    "string doubled to 64 GiB": (
        "builtins.stringLength (builtins.foldl' (a: _: a + a) \"aaaaaaaaaaaaaaaa\" (builtins.genList (x: x) 32))",
        MEMORY,
    ),
    "list doubled": ("builtins.length (builtins.foldl' (a: _: a ++ a) [ 1 ] (builtins.genList (x: x) 40))", MEMORY),
    "list of itself twice, toJSON": ("builtins.stringLength (builtins.toJSON (builtins.foldl' (a: _: [ a a ]) 1 (builtins.genList (x: x) 60)))", MEMORY),
    "list of itself twice, toXML": ("builtins.stringLength (builtins.toXML (builtins.foldl' (a: _: [ a a ]) 1 (builtins.genList (x: x) 60)))", MEMORY),
    "list of itself twice, deepSeq": ("builtins.deepSeq (builtins.foldl' (a: _: [ a a ]) 1 (builtins.genList (x: x) 60)) 1", "=1"),
    "separator explosion": (
        f"let s = {MEBIBYTE_TEXT}; in builtins.concatStringsSep s (builtins.genList (_: s) 10000)",
        "is too long",
    ),
    "replacement explosion": (f'let s = {MEBIBYTE_TEXT}; in builtins.replaceStrings [ "a" ] [ s ] s', MEMORY),
    "replacement of nothing": (f'let s = {MEBIBYTE_TEXT}; in builtins.replaceStrings [ "" ] [ s ] s', MEMORY),
    "concatLists explosion": (
        "let l = builtins.genList (x: x) 1000000; in builtins.length (builtins.concatLists (builtins.genList (_: l) 100000))",
        MEMORY,
    ),
    "concatMap explosion": (
        "let l = builtins.genList (x: x) 100000; in builtins.concatMap (x: builtins.concatMap (y: l) l) l",
        MEMORY,
    ),
    "match, stars in a star": ('builtins.match "(a*)*b" "' + "a" * 40 + '"', "=null"),
    "match, alternatives that overlap": ('builtins.match "(a|aa)+b" "' + "a" * 5000 + '"', "=null"),
    "match, a thousand stars": ('builtins.match "' + "a*" * 1000 + 'b" "' + "a" * 1000 + '"', "=null"),
    "match, eight groups": ('builtins.match "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x" "' + "a" * 3000 + '"', "=null"),
    "match, long text": ('builtins.match "(a|b)*c" "' + "ab" * LARGE + '"', "=null"),
    "split, long text": ('builtins.length (builtins.split "(a|b)*" "' + "ab" * LARGE + '")', "=5"),
    "match, open groups": ('builtins.match "(((" ""', "invalid regular expression"),
    "match, groups in groups": ('builtins.match "' + nested("(", "a", ")") + '" "a"', "regular expression"),
    "match, repeated repetition": ('builtins.match "((a{1,100}){1,100}){1,100}" "a"', "memory limit exceeded"),
    "match, huge repetition": ('builtins.match "a{1,999999999}" "a"', "memory limit exceeded"),
    "match, repetition beyond integers": ('builtins.match "a{99999999999999999999}" "a"', "invalid regular expression"),
    "fromJSON, nested, printed": ('builtins.fromJSON "' + nested("[", "", "]") + '"', DEPTH),
    "fromJSON, a million nested": ('builtins.seq (builtins.fromJSON "' + nested("[", "", "]", 10 * LARGE) + '") 1', "=1"),
    "fromJSON, nested objects": ('builtins.seq (builtins.fromJSON "' + nested('{\\"a\\":', "1", "}") + '") 1', "=1"),
    "fromJSON, open lists": ('builtins.fromJSON "' + "[" * 10 * LARGE + '"', "parse error"),
    "fromJSON, integer of 2^63": ('builtins.fromJSON "9223372036854775808"', "outside of Nix integer range"),
    "fromJSON, a million digits": ('builtins.fromJSON "' + "1" * 10 * LARGE + '"', "number overflow"),
    "fromJSON, half a pair": ('builtins.fromJSON "\\"\\\\ud800\\""', "surrogate"),
    "fromJSON, null byte": ('builtins.fromJSON "\\"\\\\u0000\\""', "null bytes"),
    "fromTOML, nested": ('builtins.fromTOML "a=' + nested("[", "", "]", 50_000) + '"', "error"),
    "fromTOML, open": ('builtins.fromTOML "a=[["', "error"),
    "fromTOML, inline tables": ('builtins.fromTOML "a=' + nested("{a=", "1", "}", 50_000) + '"', "error"),
    "fromTOML, long key": ('builtins.seq (builtins.fromTOML "a' + ".a" * 50_000 + '=1") 1', "=1"),
    "fromTOML, integer beyond 64 bits": ('builtins.fromTOML "a=99999999999999999999"', "error"),
    "readFile of a device": ("builtins.readFile /dev/zero", '=""'),
    "hashFile of a device": ('builtins.hashFile "md5" /dev/zero', '="d41d8cd98f00b204e9800998ecf8427e"'),
    "readFile of a pipe": ("builtins.readFile ./pipe", "pipe"),
    "import of a pipe": ("import ./pipe", "pipe"),
    "path of a pipe": ("builtins.path { path = ./pipe; }", "unsupported type"),
    "readFile of a folder": ("builtins.readFile ./.", "Is a directory"),
    "readFile of 4 TiB": ("builtins.readFile ./sparse", "memory"),
    "readFile of a link to itself": ("builtins.readFile ./loop", "Too many levels of symbolic links"),
    "pathExists of a link to itself": ("builtins.pathExists ./loop", "=true"),
    "import of itself": ("import ./in.nix", RECURSION),
    "import cycle": ("import ./first.nix", RECURSION),
    "toFile outside": ('builtins.toFile "../x" ""', "not a valid store path"),
    "toFile, long name": ('builtins.toFile "' + "a" * 300 + '" ""', "must be no longer than 211 characters"),
    "derivation name of two lines": ('derivation { name = "a\\nb"; builder = "x"; system = "y"; }', "invalid derivation name"),
    "storePath outside": ("builtins.storePath /etc/passwd", "is not in the Nix store"),
    "context of no path": ('builtins.appendContext "" { x = { }; }', "is not a store path"),
    "attribute name of a megabyte": ("builtins.attrNames { " + "a" * 10**6 + " = 1; } == [ ]", "=false"),
    "200,000 attributes": ("builtins.length (builtins.attrNames { " + "".join(f"a{i} = {i}; " for i in range(2 * LARGE)) + "})", "=200000"),
    "one missing of 50,000": ("{ " + "".join(f"a{i} = {i}; " for i in range(50_000)) + "}.b", "attribute 'b' missing"),
    "path of 200,000 characters": ("builtins.pathExists ./" + "a/" * LARGE + "b", "="),
    "slashes": ('builtins.baseNameOf "' + "/" * 10**6 + '"', '=""'),
    "sort, always less": ("builtins.length (builtins.sort (a: b: true) (builtins.genList (x: x) 100000))", "=100000"),
    "sort, less or equal": ("builtins.length (builtins.sort (a: b: a <= b) (builtins.genList (x: 0) 100000))", "=100000"),
    "elemAt of the least integer": ("builtins.elemAt [ 1 ] (-9223372036854775807 - 1)", "called with index -9223372036854775808"),
    "substring of the least length": ('builtins.substring 0 (-9223372036854775807 - 1) "abc"', '="abc"'),
    "substring of the largest start": ('builtins.substring 9223372036854775807 9223372036854775807 "abc"', '=""'),
    "version of 100,000 digits": ('builtins.compareVersions "' + "9" * LARGE + '" "1"', "=-1"),
    "version of 100,000 parts": ('builtins.length (builtins.splitVersion "' + "1." * LARGE + '")', "=100000"),
    "message with a value of a million": ("1 + builtins.genList (x: x) 1000000", "cannot add a list to an integer"),
}


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    # Reaching it ends the program by a signal, which fails the test.
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("hostile")
    os.mkfifo(path / "pipe")
    (path / "loop").symlink_to("loop")
    with (path / "sparse").open("wb") as stream:
        stream.truncate(4 << 40)
    (path / "first.nix").write_text("import ./second.nix\n")
    (path / "second.nix").write_text("import ./first.nix\n")
    return path


def run(folder: pathlib.Path, content: bytes, *flags: str) -> tuple[int, str, str, int]:
    """Exit code (negative: a signal), both outputs, and the most bytes that were in memory."""
    (folder / "in.nix").write_bytes(content)
    with (folder / "output").open("wb+") as output, (folder / "errors").open("wb+") as errors:
        process = subprocess.Popen(
            [NIXLITE, "instantiate", "--eval", "--strict", *flags, "in.nix"],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "GC_MAXIMUM_HEAP_SIZE": HEAP, "SWIFT_BACKTRACE": "enable=no"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            preexec_fn=limit,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    texts = [(folder / name).read_bytes().decode(errors="replace") for name in ("output", "errors")]
    return process.returncode, *texts, usage.ru_maxrss * 1024


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_ends_with_an_answer(folder, name):
    expression, expected = EXPRESSIONS[name]
    code, output, errors, resident = run(folder, expression.encode())
    assert resident <= RESIDENT_BYTES
    if expected.startswith("="):
        assert code == 0, errors[-2000:]
        assert output.startswith(expected[1:])
    else:
        assert code == 1, f"{code} {output[:200]} {errors[-2000:]}"
        assert expected in errors, errors[-2000:]


@pytest.mark.parametrize("content, expected", [(b'"\xff\xfe"', b'"\xff\xfe"\n'), (b"\xffa", None)])
def test_text_that_is_not_utf8(folder, content, expected):
    code, _, errors, _ = run(folder, content)
    assert (folder / "output").read_bytes() == (expected or b"")
    assert code == (0 if expected else 1)
    assert expected or "unexpected invalid token" in errors


@pytest.mark.parametrize("flag, expected", [("--json", DEPTH), ("--xml", MEMORY)])
def test_cycle_in_other_formats(folder, flag, expected):
    code, _, errors, resident = run(folder, b"let s = { a = s; }; in s", flag)
    assert code == 1
    assert expected in errors
    assert resident <= RESIDENT_BYTES


@pytest.mark.parametrize(
    "expression",
    [
        "let f = n: if n == 0 then 0 else f (n - 1) + f (n - 1); in f 60",
        "let d = n: builtins.foldl' (a: _: [ a a ]) n (builtins.genList (x: x) 60); in d 1 == d 1",
        "builtins.sort (a: b: let f = n: n == 0 || f (n - 1) && f (n - 1); in f 40) [ 1 2 3 ]",
    ],
)
def test_interrupt_is_obeyed(folder, expression):
    (folder / "in.nix").write_text(f'builtins.trace "started" ({expression})')
    process = subprocess.Popen(
        [NIXLITE, "instantiate", "--eval", "in.nix"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr.readline() == "trace: started\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "error: interrupted by the user\n"
