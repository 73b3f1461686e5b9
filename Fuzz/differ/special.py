"""Sets, functions, strings and control: what has a syntax of its own."""

from __future__ import annotations

import typing

from differ import texts
from differ.signatures import ANY, BOOL, INT, STRING, Type, attributes, function, many
from differ.tree import Node, expression, item, text

if typing.TYPE_CHECKING:
    from differ.generator import Generator, Scope

KEYWORDS = frozenset(("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"))


def identifier(name: str) -> bool:
    return bool(name) and name not in KEYWORDS and (name[0].isalpha() or name[0] == "_") and name.isascii() and all(c.isalnum() or c in "_'-" for c in name)


class Special:
    def __init__(self, generator: Generator):
        self.generator = generator
        self.source = generator.source

    # MARK: attribute sets

    def written_name(self, name: str, scope: Scope, depth: int) -> Node | str:
        """An attribute name as an identifier, a string, or an interpolation."""
        choice = self.source.random()
        if choice < 0.06 and depth > 0:
            return expression("${", self.generator.make(STRING, scope, depth - 2), "}")
        if choice < 0.12:
            return expression("${", texts.quoted(name), "}")
        if choice < 0.16 and depth > 0:
            return expression('"', "${", self.generator.make(STRING, scope, depth - 2), '}"')
        if identifier(name) and choice < 0.9:
            return name
        return texts.quoted(name)

    def attribute_path(self, scope: Scope, depth: int) -> Node:
        names = [self.generator.name() for _ in range(self.source.choice((1, 1, 1, 2, 3)))]
        parts: list[Node | str] = []
        for name in names:
            parts += ["." if parts else "", self.written_name(name, scope, depth)]
        return Node("path", tuple(parts))

    def set(self, value: Type, scope: Scope, depth: int) -> Node:
        generator = self.generator
        if depth > 0 and self.source.random() < 0.12:
            return generator.wrap(generator.make(attributes(value), scope, depth - 1), " // ", generator.make(attributes(value), scope, depth - 1))
        recursive = self.source.random() < 0.2
        count = self.source.choice((0, 1, 1, 2, 2, 3, 4))
        names = [generator.name() for _ in range(count)]
        if self.source.random() < 0.85:
            names = list(dict.fromkeys(names))
        inner = scope + tuple((name, value) for name in names if identifier(name)) if recursive else scope
        parts: list[Node | str] = ["rec { " if recursive else "{ "]
        for name in names:
            parts.append(self.binding(name, value, inner, scope, depth))
        return expression(*parts, "}")

    def binding(self, name: str, value: Type, inner: Scope, scope: Scope, depth: int) -> Node:
        generator = self.generator
        choice = self.source.random()
        fitting = [variable for variable, type in scope if type == value]
        if choice < 0.08 and fitting:
            return item("inherit ", self.source.choice(fitting), "; ")
        if choice < 0.13 and identifier(name):
            return item("inherit (", generator.make(attributes(value), inner, depth - 1), f") {name} {texts.quoted('a')}; ")
        if choice < 0.25 or (isinstance(value, tuple) and value[0] == "set" and choice < 0.6):
            deeper = value[1] if isinstance(value, tuple) and value[0] == "set" else ANY
            return item(self.written_name(name, inner, depth), ".", self.attribute_path(inner, depth), " = ", generator.make(deeper, inner, depth - 2), "; ")
        return item(self.written_name(name, inner, depth), " = ", generator.make(value, inner, depth - 1), "; ")

    # MARK: functions

    def function(self, argument: Type, result: Type, scope: Scope, depth: int) -> Node:
        generator = self.generator
        variable = generator.source.choice(VARIABLES)
        choice = self.source.random()
        if isinstance(argument, tuple) and argument[0] == "set" and choice < 0.7:
            return self.pattern(argument[1], result, scope, depth)
        if choice > 0.95:
            body = generator.make(result, (*scope, (variable, argument)), depth - 1)
            return expression("{ __functor = self: ", variable, ": ", body, "; }")
        return expression("(", variable, ": ", generator.make(result, (*scope, (variable, argument)), depth - 1), ")")

    def pattern(self, value: Type, result: Type, scope: Scope, depth: int) -> Node:
        generator = self.generator
        names = list(dict.fromkeys(self.source.choice(("a", "b", "c", "d", "x")) for _ in range(self.source.randrange(0, 4))))
        inner = (*scope, *((name, value) for name in names))
        formals: list[Node] = []
        for name in names:
            if self.source.random() < 0.6:
                formals.append(item(name, " ? ", generator.make(value, inner, depth - 2), ", "))
            else:
                formals.append(item(name, ", "))
        whole = self.source.choice(("", "", "args", "self"))
        if whole:
            inner = (*inner, (whole, attributes(value)))
        ellipsis = "... " if self.source.random() < 0.6 else ""
        before, after = (f"{whole} @ ", "") if whole and self.source.random() < 0.5 else ("", f" @ {whole}" if whole else "")
        return expression("(", before, "{ ", *formals, ellipsis, "}", after, ": ", generator.make(result, inner, depth - 1), ")")

    # MARK: strings

    def string(self, scope: Scope, depth: int) -> Node:
        generator = self.generator
        choice = self.source.random()
        if depth <= 0 or choice < 0.45:
            return generator.quoted(texts.any_text(self.source))
        if choice < 0.55:
            return self.text("contextual", scope, depth)
        if choice < 0.65:
            return generator.wrap(generator.make(STRING, scope, depth - 1), " + ", generator.make(STRING, scope, depth - 1))
        if choice < 0.85:
            parts: list[Node | str] = ['"']
            for _ in range(self.source.randrange(1, 4)):
                parts.append(text(texts.quoted(texts.any_text(self.source))[1:-1]) if self.source.random() < 0.5 else self.interpolation(scope, depth))
            return expression(*parts, '"')
        return self.indented(scope, depth)

    def interpolation(self, scope: Scope, depth: int) -> Node:
        wanted = STRING if self.source.random() < 0.8 else self.source.choice(("path", "int", attributes(STRING), ANY))
        return item("${", self.generator.make(wanted, scope, depth - 1), "}")

    def indented(self, scope: Scope, depth: int) -> Node:
        parts: list[Node | str] = ["''"]
        for _ in range(self.source.randrange(1, 6)):
            if self.source.random() < 0.25:
                parts.append(self.interpolation(scope, depth))
            else:
                parts.append(item(text(self.source.choice(("\n", "\n  ", "\n    ", "  ", "a", " b ", "''${x}", "'''", "''\\n", "''\\t", "$", "$$", "\t", "\n\t", "''\\x", "\\", '"', "'", "\r\n", " \n")))))
        return expression(*parts, "''")

    # MARK: control

    def control(self, wanted: Type, scope: Scope, depth: int) -> Node:
        generator = self.generator
        make, choice = generator.make, self.source.random()
        if choice < 0.2:
            return expression("(if ", make(BOOL, scope, depth - 1), " then ", make(wanted, scope, depth - 1), " else ", make(wanted, scope, depth - 1), ")")
        if choice < 0.45:
            return self.let(wanted, scope, depth)
        if choice < 0.55:
            names = [generator.name() for _ in range(2)]
            inner = (*scope, *((name, wanted) for name in names if identifier(name)))
            return expression("(with ", make(attributes(wanted), scope, depth - 1), "; ", make(wanted, inner, depth - 1), ")")
        if choice < 0.6:
            condition = expression("true") if self.source.random() < 0.6 else make(BOOL, scope, depth - 1)
            return expression("(assert ", condition, "; ", make(wanted, scope, depth - 1), ")")
        if choice < 0.75:
            default: tuple[Node | str, ...] = (" or ", make(wanted, scope, depth - 1)) if self.source.random() < 0.7 else ()
            if self.source.random() < 0.6:
                name = generator.name()
                held = expression("{ ", item(texts.quoted(name), " = ", make(wanted, scope, depth - 1), "; "), "}")
                return expression("(", held, ".", texts.quoted(name), *default, ")")
            return expression("(", make(attributes(wanted), scope, depth - 1), ".", self.attribute_path(scope, depth), *default, ")")
        if choice < 0.9:
            argument = generator.type()
            called = self.source.choice(("()", "()", "|>", "<|"))
            function_, value = make(function(argument, wanted), scope, depth - 1), make(argument, scope, depth - 1)
            if called == "|>" and self.source.random() < 0.1:
                return expression("(", value, " |> ", function_, ")")
            return expression("(", function_, " ", value, ")")
        if choice < 0.94:
            tried = expression("(builtins.tryEval ", make(wanted, scope, depth - 1), ")")
            return expression("(let t = ", tried, "; in if t.success then t.value else ", make(wanted, scope, depth - 1), ")")
        if choice < 0.99:
            return expression("(builtins.head [ ", make(wanted, scope, depth - 1), " ", item(make(wanted, scope, depth - 1)), " ])")
        return expression("(throw ", make(STRING, scope, depth - 1), ")") if self.source.random() < 0.5 else expression("(let x = x; in x)")

    def let(self, wanted: Type, scope: Scope, depth: int) -> Node:
        generator = self.generator
        bound = [(self.source.choice(VARIABLES), generator.type()) for _ in range(self.source.choice((1, 1, 2, 3)))]
        if self.source.random() < 0.95:
            bound = list(dict(bound).items())
        inner = scope
        parts: list[Node | str] = ["(let "]
        for name, type in bound:
            parts += generator.bindings(inner, depth, [(name, type)])
            inner = (*inner, (name, type))
        return expression(*parts, "in ", generator.make(wanted, inner, depth - 1), ")")

    # MARK: arguments that builtins read

    def text(self, wanted: str, scope: Scope, depth: int) -> Node:
        """A value of one of the types that only some builtins ask for."""
        generator, source = self.generator, self.source
        makers = {
            "name": lambda: generator.quoted(generator.name()),
            "index": lambda: expression(source.choice(("0", "1", "2", "3", "(-1)", "100", "9223372036854775807"))),
            "count": lambda: expression(source.choice(("0", "1", "2", "3", "5", "(-1)", "17"))),
            "version": lambda: generator.quoted(texts.version(source)),
            "pattern": lambda: generator.quoted(texts.pattern(source)),
            "subject": lambda: generator.quoted(texts.subject(source)),
            "json": lambda: generator.quoted(texts.json_text(source)),
            "toml": lambda: generator.quoted(texts.toml_text(source)),
            "algorithm": lambda: generator.quoted(source.choice(texts.HASH_ALGORITHMS)),
            "pairs": lambda: self.pairs(scope, depth),
            "closure": lambda: self.closure(scope, depth),
            "hash": self.hash,
            "contextual": lambda: self.contextual(scope, depth),
            "context": lambda: self.context(scope, depth),
            "searchPath": lambda: self.search_path(scope, depth),
            "pathArguments": lambda: self.path_arguments(scope, depth),
            "flake": self.flake,
            "flakeSet": lambda: self.flake_set(),
            "derivationArguments": lambda: self.derivation_arguments(scope, depth),
        }
        return makers[wanted]()

    def pairs(self, scope: Scope, depth: int) -> Node:
        generator = self.generator
        parts: list[Node | str] = ["[ "]
        for _ in range(self.source.randrange(0, 4)):
            parts.append(item("{ ", item("name = ", generator.make("name", scope, depth - 1), "; "), item("value = ", generator.make(ANY, scope, depth - 1), "; "), "} "))
        return expression(*parts, "]")

    def closure(self, scope: Scope, depth: int) -> Node:
        generator = self.generator
        keys = self.source.choice((INT, INT, STRING, "float", many(INT), "path", ANY))
        start: list[Node | str] = ["[ "]
        for _ in range(self.source.randrange(0, 4)):
            start.append(item("{ ", item("key = ", generator.make(keys, scope, depth - 2), "; "), "} "))
        following = expression("[ ", item("{ key = ", generator.make(keys, scope, depth - 2), "; } "), "]")
        bounded = "(x: if builtins.isInt x.key && x.key < 5 && x.key > 0 then [ { key = x.key + 1; } ] else "
        operator = expression(bounded, following, ")")
        return expression("{ ", item("startSet = ", expression(*start, "]"), "; "), item("operator = ", operator, "; "), "}")

    def hash(self) -> Node:
        values = (
            "0000000000000000000000000000000000000000000000000000", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e",
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "md5-1B2M2Y8AsgTpgAmY7PhCfg==", "xyz", "",
        )
        parts: list[Node | str] = ["{ ", item("hash = ", self.generator.quoted(self.source.choice(values)), "; ")]
        if self.source.random() < 0.6:
            parts.append(item("hashAlgo = ", texts.quoted(self.source.choice(texts.HASH_ALGORITHMS)), "; "))
        if self.source.random() < 0.9:
            parts.append(item("toHashFormat = ", texts.quoted(self.source.choice(("base16", "nix32", "base32", "base64", "sri", "hex"))), "; "))
        return expression(*parts, "}")

    def contextual(self, scope: Scope, depth: int) -> Node:
        generator = self.generator
        choice = self.source.random()
        if choice < 0.3:
            return generator.make(STRING, scope, depth - 1)
        if choice < 0.5:
            return expression('"${', self.source.choice(("./files/text", "./files/tree", "./files/value.nix")), '}"')
        derived = expression("(derivation ", self.derivation_arguments(scope, depth), ")")
        if choice < 0.9:
            return expression('"${', derived, self.source.choice(("", "", ".drvPath", ".out", ".outPath", ".dev")), '}"')
        return expression("(builtins.toFile ", texts.quoted("n"), " ", generator.make(STRING, scope, depth - 1), ")")

    def context(self, scope: Scope, depth: int) -> Node:
        path = texts.quoted("/nix/store/" + "0" * 32 + self.source.choice(("-a", "-b.drv", "-c.drv", "")))
        value = self.source.choice(('{ path = true; }', '{ allOutputs = true; }', '{ outputs = [ "out" ]; }', '{ outputs = [ "out" "dev" ]; path = true; }', "{ }", "{ path = 1; }", '{ outputs = "x"; }'))
        return expression("{ ", item(path, " = ", value, "; "), "}")

    def search_path(self, scope: Scope, depth: int) -> Node:
        entry = item("{ ", item("path = ", self.generator.make("path", scope, depth - 2), "; "), item("prefix = ", self.generator.make("name", scope, depth - 2), "; "), "} ")
        return expression("[ ", entry, "]")

    def path_arguments(self, scope: Scope, depth: int) -> Node:
        parts: list[Node | str] = ["{ ", item("path = ", self.source.choice(("./files/tree", "./files/text", "./files/missing", "./files")), "; ")]
        if self.source.random() < 0.4:
            parts.append(item("name = ", self.generator.make("name", scope, depth - 2), "; "))
        if self.source.random() < 0.4:
            parts.append(item("filter = ", self.generator.make(function(STRING, function(STRING, BOOL)), scope, depth - 2), "; "))
        if self.source.random() < 0.4:
            parts.append(item("recursive = ", self.generator.make(BOOL, scope, depth - 2), "; "))
        if self.source.random() < 0.1:
            parts.append(item('sha256 = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; '))
        return expression(*parts, "}")

    def flake(self) -> Node:
        values = (
            "github:a/b", "github:a/b/ref", "github:a/b?dir=x", "github:a/b/0123456789012345678901234567890123456789", "git+https://x.y/z?ref=main", "path:/a/b", "/a/b", "nixpkgs", "nixpkgs/release", "gitlab:a%2Fb/c",
            "sourcehut:~a/b", "https://x.y/z.tar.gz", "tarball+https://x/y", "file+http://x/y", "git+ssh://git@x/y", "hg+https://x/y", "github:a", "foo:bar", "", "./x", "flake:nixpkgs", "indirect:x", "path:./x?narHash=y", "git+file:///a?shallow=1&rev=x",
        )
        return self.generator.quoted(self.source.choice(values))

    def flake_set(self) -> Node:
        values = (
            ("type", '"github"'), ("owner", '"a"'), ("repo", '"b"'), ("ref", '"main"'), ("dir", '"x y"'), ("url", '"https://x/y"'), ("type", '"path"'), ("path", '"/a"'), ("type", '"git"'), ("id", '"n"'), ("type", '"indirect"'), ("rev", "1"), ("shallow", "true"), ("host", '"h"'), ("lastModified", "12"),
        )
        chosen = dict(self.source.sample(values, self.source.randrange(0, 6)))
        return expression("{ ", *(item(f"{name} = {value}; ") for name, value in chosen.items()), "}")

    def derivation_arguments(self, scope: Scope, depth: int) -> Node:
        generator, source = self.generator, self.source
        parts: list[Node | str] = ["{ "]
        for name, value in (("name", "n"), ("builder", "/b"), ("system", "s")):
            if source.random() < 0.97:
                parts.append(item(f"{name} = ", generator.make(STRING, scope, depth - 3) if source.random() < 0.08 else texts.quoted(value), "; "))
        extra = (
            ("args", many(STRING)), ("outputs", "outputs"), ("x", ANY), ("y", STRING), ("__ignoreNulls", BOOL), ("__structuredAttrs", BOOL), ("outputHash", "fixed"), ("outputHashMode", "mode"),
            ("outputHashAlgo", "algorithm"), ("passAsFile", many("name")), ("allowedReferences", many(STRING)), ("z", "path"), ("w", many(ANY)), ("exportReferencesGraph", many(STRING)), ("d", "contextual"),
        )
        for name, type in source.sample(extra, source.choice((0, 0, 1, 2, 3))):
            if type == "outputs":
                value = source.choice(('[ "out" ]', '[ "out" "dev" ]', '[ "dev" "out" ]', "[ ]", '[ "out" "out" ]', '"out dev"', '[ "drv" ]', '[ "a b" ]'))
            elif type == "fixed":
                value = source.choice(('"0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"', '"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="', '""', '"zz"', "null"))
            elif type == "mode":
                value = source.choice(('"flat"', '"recursive"', '"nar"', '"text"', '"git"', '"x"', "null"))
            else:
                value = generator.make(type, scope, depth - 3)
            parts.append(item(f"{name} = ", value, "; "))
        return expression(*parts, "}")


VARIABLES = ("x", "y", "z", "f", "g", "a", "b", "acc", "self", "args", "x'", "_y", "a-b")
