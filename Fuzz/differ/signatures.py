"""What the builtins take and give, as far as the generator has to know.

A type is a name (`int`, `float`, `number`, `bool`, `null`, `string`, `path`, `any`, or one of the special texts of
`Generator.special`), `("list", T)`, `("set", T)` with values of one type, or `("function", T, U)`. `T` and `U` stand for
any type, the same wherever they stand in one signature.
"""

from __future__ import annotations

Type = str | tuple

INT, FLOAT, NUMBER, BOOL, NULL, STRING, PATH, ANY = "int", "float", "number", "bool", "null", "string", "path", "any"


def many(element: Type) -> Type:
    return ("list", element)


def attributes(value: Type) -> Type:
    return ("set", value)


def function(argument: Type, result: Type) -> Type:
    return ("function", argument, result)


# Name, types of the arguments, type of the result.
SIGNATURES: tuple[tuple[str, tuple[Type, ...], Type], ...] = (
    ("add", (NUMBER, NUMBER), NUMBER),
    ("sub", (NUMBER, NUMBER), NUMBER),
    ("mul", (NUMBER, NUMBER), NUMBER),
    ("div", (NUMBER, NUMBER), NUMBER),
    ("lessThan", ("T", "T"), BOOL),
    ("bitAnd", (INT, INT), INT),
    ("bitOr", (INT, INT), INT),
    ("bitXor", (INT, INT), INT),
    ("ceil", (NUMBER,), INT),
    ("floor", (NUMBER,), INT),
    ("all", (function("T", BOOL), many("T")), BOOL),
    ("any", (function("T", BOOL), many("T")), BOOL),
    ("filter", (function("T", BOOL), many("T")), many("T")),
    ("partition", (function("T", BOOL), many("T")), attributes(many("T"))),
    ("groupBy", (function("T", STRING), many("T")), attributes(many("T"))),
    ("map", (function("T", "U"), many("T")), many("U")),
    ("concatMap", (function("T", many("U")), many("T")), many("U")),
    ("concatLists", (many(many("T")),), many("T")),
    ("foldl'", (function("U", function("T", "U")), "U", many("T")), "U"),
    ("sort", (function("T", function("T", BOOL)), many("T")), many("T")),
    ("genList", (function(INT, "T"), "count"), many("T")),
    ("elem", ("T", many("T")), BOOL),
    ("elemAt", (many("T"), "index"), "T"),
    ("head", (many("T"),), "T"),
    ("tail", (many("T"),), many("T")),
    ("length", (many(ANY),), INT),
    ("attrNames", (attributes(ANY),), many(STRING)),
    ("attrValues", (attributes("T"),), many("T")),
    ("catAttrs", ("name", many(attributes("T"))), many("T")),
    ("functionArgs", (function(attributes(ANY), ANY),), attributes(BOOL)),
    ("getAttr", ("name", attributes("T")), "T"),
    ("hasAttr", ("name", attributes(ANY)), BOOL),
    ("intersectAttrs", (attributes(ANY), attributes("T")), attributes("T")),
    ("listToAttrs", ("pairs",), attributes(ANY)),
    ("mapAttrs", (function("name", function("T", "U")), attributes("T")), attributes("U")),
    ("removeAttrs", (attributes("T"), many("name")), attributes("T")),
    ("zipAttrsWith", (function("name", function(many("T"), "U")), many(attributes("T"))), attributes("U")),
    ("unsafeGetAttrPos", ("name", attributes(ANY)), ANY),
    ("genericClosure", ("closure",), many(attributes(INT))),
    ("baseNameOf", (STRING,), STRING),
    ("dirOf", (STRING,), STRING),
    ("dirOf", (PATH,), PATH),
    ("compareVersions", ("version", "version"), INT),
    ("splitVersion", ("version",), many(STRING)),
    ("parseDrvName", ("version",), attributes(STRING)),
    ("concatStringsSep", (STRING, many(STRING)), STRING),
    ("convertHash", ("hash",), STRING),
    ("hashString", ("algorithm", STRING), STRING),
    ("match", ("pattern", "subject"), ANY),
    ("split", ("pattern", "subject"), many(ANY)),
    ("replaceStrings", (many(STRING), many(STRING), STRING), STRING),
    ("substring", ("index", "index", STRING), STRING),
    ("stringLength", (STRING,), INT),
    ("toString", (ANY,), STRING),
    ("toJSON", (ANY,), STRING),
    ("toXML", (ANY,), STRING),
    ("fromJSON", ("json",), ANY),
    ("fromTOML", ("toml",), attributes(ANY)),
    ("getContext", ("contextual",), attributes(ANY)),
    ("hasContext", ("contextual",), BOOL),
    ("unsafeDiscardStringContext", ("contextual",), STRING),
    ("unsafeDiscardOutputDependency", ("contextual",), STRING),
    ("addDrvOutputDependencies", ("contextual",), STRING),
    ("appendContext", ("contextual", "context"), STRING),
    ("placeholder", (STRING,), STRING),
    ("toFile", ("name", STRING), STRING),
    ("toPath", (STRING,), STRING),
    ("isAttrs", (ANY,), BOOL),
    ("isBool", (ANY,), BOOL),
    ("isFloat", (ANY,), BOOL),
    ("isFunction", (ANY,), BOOL),
    ("isInt", (ANY,), BOOL),
    ("isList", (ANY,), BOOL),
    ("isNull", (ANY,), BOOL),
    ("isPath", (ANY,), BOOL),
    ("isString", (ANY,), BOOL),
    ("typeOf", (ANY,), STRING),
    ("seq", (ANY, "T"), "T"),
    ("deepSeq", (ANY, "T"), "T"),
    ("trace", (ANY, "T"), "T"),
    ("warn", (STRING, "T"), "T"),
    ("traceVerbose", (STRING, "T"), "T"),
    ("addErrorContext", (STRING, "T"), "T"),
    ("tryEval", (ANY,), attributes(ANY)),
    ("throw", (STRING,), "T"),
    ("abort", (STRING,), "T"),
    ("pathExists", (PATH,), BOOL),
    ("readFile", (PATH,), STRING),
    ("readDir", (PATH,), attributes(STRING)),
    ("readFileType", (PATH,), STRING),
    ("import", (PATH,), ANY),
    ("scopedImport", (attributes(ANY), PATH), ANY),
    ("hashFile", ("algorithm", PATH), STRING),
    ("findFile", ("searchPath", STRING), PATH),
    ("path", ("pathArguments",), STRING),
    ("filterSource", (function(STRING, function(STRING, BOOL)), PATH), STRING),
    ("getEnv", (STRING,), STRING),
    ("parseFlakeRef", ("flake",), attributes(ANY)),
    ("flakeRefToString", ("flakeSet",), STRING),
    ("derivation", ("derivationArguments",), attributes(ANY)),
    ("derivationStrict", ("derivationArguments",), attributes(STRING)),
    ("outputOf", (STRING, STRING), STRING),
    ("storePath", (PATH,), STRING),
)

# Known without the prefix `builtins.`.
GLOBALS = frozenset(
    "abort baseNameOf derivation derivationStrict dirOf import isNull map placeholder removeAttrs scopedImport throw "
    "toString fromTOML".split()
)

SIMPLE_TYPES = (INT, INT, FLOAT, BOOL, NULL, STRING, STRING, PATH)


def unify(pattern: Type, wanted: Type, bound: dict[str, Type]) -> bool:
    """Whether a signature's result type can be the wanted one; binds its variables."""
    if pattern in ("T", "U"):
        return bound.setdefault(pattern, wanted) == wanted
    if isinstance(pattern, tuple):
        return (
            isinstance(wanted, tuple)
            and len(pattern) == len(wanted)
            and pattern[0] == wanted[0]
            and all(unify(inner, other, bound) for inner, other in zip(pattern[1:], wanted[1:], strict=True))
        )
    return pattern == wanted or (wanted == NUMBER and pattern in (INT, FLOAT)) or wanted == ANY


def substitute(pattern: Type, bound: dict[str, Type]) -> Type:
    if isinstance(pattern, tuple):
        return (pattern[0], *(substitute(inner, bound) for inner in pattern[1:]))
    return bound.get(pattern, pattern)
