/// What the builtins do, in a few words each, for `:doc` and listings.
enum BuiltinDocumentation {
    /// How a builtin is called, and what it does.
    struct Entry {
        var arguments: [String]
        var text: String
    }

    /// The entry of a builtin, nil for those that are not for users.
    static func entry(_ name: String) -> Entry? {
        for (known, arguments, text) in functions + effects where known == name {
            return Entry(arguments: arguments.split(separator: " ").map(String.init), text: text)
        }
        return nil
    }

    /// Functions whose result follows from their arguments alone.
    private static let functions: [(String, String, String)] = [
        ("add", "a b", "The sum of two numbers; a float if one of them is. Integers that overflow are an error."),
        (
            "all", "pred list",
            "Whether `pred` holds for every element of `list`; elements after the first miss stay unevaluated."
        ),
        (
            "any", "pred list",
            "Whether `pred` holds for at least one element of `list`; elements after the first hit stay unevaluated."
        ),
        ("attrNames", "set", "The names of the attributes of `set`, sorted bytewise."),
        ("attrValues", "set", "The values of the attributes of `set`, in the order of `attrNames`."),
        ("baseNameOf", "path", "The last component of a path or of a string that is one, without a final slash."),
        ("bitAnd", "a b", "The bits that two integers have in common."),
        ("bitOr", "a b", "The bits that at least one of two integers has."),
        ("bitXor", "a b", "The bits that exactly one of two integers has."),
        (
            "catAttrs", "name list",
            "The values of the attribute `name` in the sets of `list`; sets without it are left out."
        ),
        ("ceil", "number", "The smallest integer that is not less than `number`."),
        ("compareVersions", "a b", "-1, 0 or 1, as the version `a` is older than, as old as, or newer than `b`."),
        ("concatLists", "lists", "One list with the elements of all lists in `lists`."),
        ("concatMap", "f list", "`concatLists (map f list)` in one step."),
        (
            "concatStringsSep", "separator list",
            "The strings of `list` one after another, with `separator` between them."
        ),
        (
            "convertHash", "{ hash, hashAlgo, toHashFormat }",
            "The hash in another spelling: `base16`, `nix32`, `base64` or `sri`."
        ),
        ("deepSeq", "a b", "Evaluates `a` and everything in it, then gives `b`."),
        ("dirOf", "path", "What is before the last slash of a path, or of a string that is one."),
        (
            "div", "a b",
            "The quotient of two numbers; of two integers it is cut off towards zero. Division by zero is an error."
        ),
        ("elem", "x list", "Whether an element of `list` equals `x`."),
        ("elemAt", "list n", "The element number `n` of `list`, counted from 0."),
        ("filter", "pred list", "The elements of `list` for which `pred` holds."),
        ("floor", "number", "The largest integer that is not greater than `number`."),
        ("foldl'", "op start list", "`op (… (op (op start x0) x1) …) xn`, every step evaluated at once."),
        ("fromJSON", "text", "The value that a JSON text describes."),
        ("fromTOML", "text", "The value that a TOML text describes."),
        (
            "functionArgs", "f",
            "For a function with a pattern, a set that says of each argument whether it has a default; empty for others."
        ),
        ("genList", "f n", "A list of `n` elements: `f 0`, `f 1`, …"),
        (
            "genericClosure", "{ startSet, operator }",
            "All sets that are reached from those in `startSet` by `operator`, which gives a list of further sets for one; each `key` occurs once."
        ),
        ("getAttr", "name set", "The attribute of `set` with that name, an error if there is none."),
        (
            "getContext", "string",
            "What a string refers to in the store: a set by store path, with `path`, `allOutputs` and `outputs`."
        ),
        ("groupBy", "f list", "A set of lists: every element of `list` is in the one that `f` names for it."),
        ("hasAttr", "name set", "Whether `set` has an attribute with that name."),
        ("hasContext", "string", "Whether a string refers to anything in the store."),
        ("hashString", "algorithm string", "The hash of a string in base 16: `md5`, `sha1`, `sha256` or `sha512`."),
        ("head", "list", "The first element of a list, an error if it is empty."),
        ("intersectAttrs", "a b", "The attributes of `b` whose names are in `a` too."),
        ("isAttrs", "x", "Whether `x` is a set."),
        ("isBool", "x", "Whether `x` is a Boolean."),
        ("isFloat", "x", "Whether `x` is a float."),
        ("isFunction", "x", "Whether `x` is a function; a set with `__functor` is none."),
        ("isInt", "x", "Whether `x` is an integer."),
        ("isList", "x", "Whether `x` is a list."),
        ("isNull", "x", "Whether `x` is `null`."),
        ("isPath", "x", "Whether `x` is a path."),
        ("isString", "x", "Whether `x` is a string."),
        ("length", "list", "How many elements a list has."),
        ("lessThan", "a b", "Whether `a < b`, for numbers, strings, paths and lists of those."),
        ("listToAttrs", "list", "A set of the pairs `{ name, value }` in `list`; of equal names the first counts."),
        ("map", "f list", "The list of `f x` for every `x` of `list`."),
        ("mapAttrs", "f set", "A set with the same names, whose values are `f name value`."),
        (
            "match", "regex string",
            "The groups of a POSIX extended regular expression that matches the whole string, `null` if it does not."
        ),
        ("mul", "a b", "The product of two numbers; integers that overflow are an error."),
        (
            "parseDrvName", "string",
            "`{ name, version }` of a package's name; the version begins behind the first dash before something else than a letter."
        ),
        (
            "partition", "pred list",
            "`{ right, wrong }`: the elements of `list` for which `pred` holds, and the others."
        ),
        ("placeholder", "output", "What stands for the path of a derivation's own output in its attributes."),
        ("removeAttrs", "set names", "`set` without the attributes of the given names."),
        (
            "replaceStrings", "from to string",
            "`string` with every occurrence of a string of `from` replaced by the one at the same place in `to`."
        ),
        ("seq", "a b", "Evaluates `a`, then gives `b`."),
        (
            "sort", "less list",
            "`list` sorted by a function that says whether its first argument comes before its second; equal elements keep their order."
        ),
        (
            "split", "regex string",
            "What is between the matches of a regular expression, as strings, and the groups of each match, as lists, in turn."
        ),
        ("splitVersion", "version", "The components of a version, as `compareVersions` looks at them."),
        ("stringLength", "string", "How many bytes a string has."),
        ("sub", "a b", "The difference of two numbers; integers that overflow are an error."),
        (
            "substring", "start length string",
            "Up to `length` bytes of a string from `start` on; all that follow if `length` is negative."
        ),
        ("tail", "list", "A list without its first element, an error if it is empty."),
        (
            "toJSON", "x",
            "The value as JSON. A set with `outPath` or `__toString` is that string; paths are copied into the store."
        ),
        ("toPath", "string", "An absolute path as a normalised string. Deprecated: write `/. + string`."),
        (
            "toString", "x",
            "The value as a string: numbers, Booleans (`1` and nothing), `null`, lists and sets with `__toString` or `outPath` too."
        ),
        ("toXML", "x", "The value as XML."),
        (
            "tryEval", "x",
            "`{ success, value }`: whether evaluating `x` neither threw nor failed an assertion, and its value or `false`."
        ),
        (
            "typeOf", "x",
            "The type of `x`: `int`, `bool`, `string`, `path`, `null`, `set`, `list`, `lambda` or `float`."
        ),
        (
            "unsafeGetAttrPos", "name set",
            "`{ file, line, column }` of where the attribute is defined, `null` if that is not known."
        ),
        ("zipAttrsWith", "f list", "A set with all names of the sets in `list`, whose values are `f name values`."),
    ]

    /// Functions that fail, say something, or look at the store and the world.
    private static let effects: [(String, String, String)] = [
        ("abort", "message", "Ends the evaluation with a message, which `tryEval` does not catch."),
        (
            "addDrvOutputDependencies", "string",
            "The path of a derivation as a string that refers to all its outputs, too."
        ),
        ("addErrorContext", "message x", "`x`; where evaluating it fails, `message` becomes part of the trace."),
        (
            "appendContext", "string context",
            "`string`, referring also to what `context` says in the form of `getContext`."
        ),
        ("break", "x", "`x`. There is no debugger that it could stop in."),
        (
            "derivationStrict", "attributes",
            "Makes a derivation and gives the paths of its file and its outputs. Use `derivation`."
        ),
        ("fetchClosure", "{ fromStore, fromPath, … }", "A path of a binary cache with all that it refers to."),
        (
            "fetchGit", "url or attributes",
            "The tree of a commit of a Git repository: `{ outPath, rev, revCount, narHash, … }`."
        ),
        ("fetchMercurial", "url or attributes", "The tree of a commit of a Mercurial repository."),
        ("fetchTarball", "url or { url, sha256, name }", "The store path of an unpacked archive."),
        (
            "fetchTree", "input",
            "A tree in the words of flakes' inputs (`type = \"github\"`, …), or of a URL: `{ outPath, narHash, … }`."
        ),
        ("fetchurl", "url or { url, sha256, name }", "The store path of a downloaded file."),
        (
            "filterSource", "filter path",
            "The store path of a copy of a folder with the files for which `filter path type` holds."
        ),
        (
            "findFile", "search-path name",
            "Looks a name up in a list of `{ prefix, path }`, as `<name>` does in `NIX_PATH`."
        ),
        ("flakeRefToString", "attributes", "A flake reference as a URL."),
        ("getEnv", "name", "A variable of the environment, empty if it is not set or in pure evaluation."),
        ("getFlake", "reference", "The outputs of a flake, with what is known of its source."),
        ("hashFile", "algorithm path", "The hash of a file's bytes in base 16."),
        (
            "import", "path",
            "The value of the Nix file at a path; a folder stands for its `default.nix`. Each file is evaluated once."
        ),
        ("outputOf", "derivation output", "What stands for an output of the derivation at a store path."),
        ("parseFlakeRef", "reference", "The attributes of a flake reference."),
        (
            "path", "{ path, name, filter, recursive, sha256 }",
            "The store path of a copy of a file or folder, under another name, filtered, or with a known hash."
        ),
        ("pathExists", "path", "Whether there is something at a path."),
        ("readDir", "path", "A set of what is in a folder, with the type of each as `readFileType` gives it."),
        ("readFile", "path", "The contents of a file as a string."),
        ("readFileType", "path", "`regular`, `directory`, `symlink` or `unknown`."),
        (
            "scopedImport", "scope path",
            "Like `import`, with the attributes of `scope` as variables; nothing is remembered."
        ),
        ("storePath", "path", "A path of the store as a string that refers to it."),
        ("throw", "message", "Fails with a message; `tryEval` catches it."),
        ("toFile", "name text", "The store path of a file with that text."),
        ("trace", "message x", "Prints `message` on standard error, then gives `x`."),
        ("traceVerbose", "message x", "`trace` where `--trace-verbose` is on, otherwise just `x`."),
        (
            "unsafeDiscardOutputDependency", "string",
            "A string that refers to a derivation's file only, not to what it gives."
        ),
        ("unsafeDiscardStringContext", "string", "The string, referring to nothing."),
        ("warn", "message x", "Prints `message` as a warning, then gives `x`."),
    ]
}
