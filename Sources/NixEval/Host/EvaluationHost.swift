package import NixFormats
import NixSyntax

/// What a file is, as `builtins.readFileType` names it.
///
/// A symbolic link is itself, never its target.
package enum FileType: String, Sendable {
    case regular, directory, symlink, unknown
}

/// What a host throws: one message in Nix's words, without the leading `error: `.
package struct HostError: Error, Sendable {
    package let message: String
    /// The evaluator's own filter asked to stop; its error is the one to report.
    package let isInterruption: Bool
    /// The evaluation may not look at a path, as if nothing were there.
    package let isForbidden: Bool
    /// The exit code that the program should end with where the failure was a build (100–104), else nil.
    package let buildExitCode: Int32?

    package init(
        _ message: String, isInterruption: Bool = false, isForbidden: Bool = false, buildExitCode: Int32? = nil
    ) {
        self.message = message
        self.isInterruption = isInterruption
        self.isForbidden = isForbidden
        self.buildExitCode = buildExitCode
    }

    /// That the tree of an input has another hash than was given; Nix calls the one that it has the expected one.
    package static func mismatch(ofInput input: String, has hash: String, given: String) -> HostError {
        HostError("NAR hash mismatch in input '\(input)', expected '\(hash)' but got '\(given)'", buildExitCode: 102)
    }
}

/// Where the tree of a flake or of one of its inputs came from, which is what messages call it by.
package enum TreeOrigin: Sendable, Equatable {
    /// The absolute path of a Git work tree on this machine.
    case workTree(String)
    /// The address of an input, such as `github:owner/repo/REVISION`.
    case input(String)

    /// How paths in it begin.
    package var displayed: String {
        switch self {
        case .workTree(let path): path
        case .input(let address): "«\(address)»"
        }
    }
}

/// One element of a string's context, resolved: what has to be there before the text may be used.
package enum HostContext: Hashable, Sendable {
    /// A path of the store, used as it is.
    case path(StorePath)
    /// An output of a derivation.
    case output(derivation: StorePath, output: [UInt8])
    /// An output of a derivation that an output holds.
    case nested(NestedOutput)
    /// A derivation with everything it refers to.
    case derivationDeep(StorePath)
}

/// How a path enters the store.
package enum HostPathMethod: Sendable {
    /// The NAR of the whole tree.
    case recursive
    /// The bytes of one regular file.
    case flat
}

/// What `builtins.fetchurl`, `fetchTarball`, `fetchGit`, `fetchTree` and flake inputs ask for: the attributes of Nix's
/// own input schema (`type`, `url`, `rev`, `narHash`, …), all as given by the expression.
package struct HostFetch: Sendable {
    package enum Attribute: Sendable, Equatable {
        case string([UInt8])
        case integer(Int64)
        case bool(Bool)
    }
    package enum Kind: Sendable { case url, tarball, tree, git, mercurial, closure, path }
    package var kind: Kind
    package var attributes: [String: Attribute]

    package init(kind: Kind, attributes: [String: Attribute]) {
        self.kind = kind
        self.attributes = attributes
    }
}

/// What came of a fetch: where it lies in the store, and the locked attributes (`rev`, `narHash`, `lastModified`, …).
package struct HostFetched: Sendable {
    package var storePath: StorePath
    package var attributes: [String: HostFetch.Attribute]
    /// The Git work tree on this machine whose files were taken as they are, nil for anything else.
    package var workTree: String?

    package init(storePath: StorePath, attributes: [String: HostFetch.Attribute], workTree: String? = nil) {
        self.storePath = storePath
        self.attributes = attributes
        self.workTree = workTree
    }
}

/// The world as an expression can see it: files, store, environment, fetches.
///
/// The evaluator never touches the operating system itself. Paths and names are bytes; a path is absolute and
/// normalised (no `.`, `..`, doubled or final `/`). Paths below the logical store folder are the host's to map to real ones.
/// Calls come from the evaluation thread only.
package protocol EvaluationHost: AnyObject {
    /// The logical store folder.
    var storeDirectory: StoreDirectory { get }
    /// Such as `x86_64-linux`.
    var currentSystem: String { get }
    /// Seconds since 1970, the same during one evaluation.
    var currentTime: Int64 { get }

    /// Absolute path of the folder that relative paths of the command line start from.
    var currentDirectory: String { get }

    func environmentVariable(_ name: [UInt8]) -> [UInt8]?

    /// The bytes of a regular file, symbolic links followed.
    func readFile(_ path: [UInt8]) throws(HostError) -> [UInt8]
    /// The type of what is at `path` (the last component is not followed), nil where there is nothing.
    func fileType(_ path: [UInt8]) throws(HostError) -> FileType?
    /// The entries of a directory, in any order.
    func readDirectory(_ path: [UInt8]) throws(HostError) -> [(name: [UInt8], type: FileType)]
    /// The path with every symbolic link followed; an error where it does not exist.
    func resolveSymbolicLinks(_ path: [UInt8]) throws(HostError) -> [UInt8]

    /// Adds a text file (`toFile`), or only computes its path where the store is not to be written.
    func addText(name: [UInt8], contents: [UInt8], references: [StorePath]) throws(HostError) -> StorePath
    /// Adds a file or tree.
    ///
    /// - Parameters:
    ///   - filter: called with each path below `path` and its type; false leaves it out, nil stops with an
    ///     error whose `isInterruption` is true.
    ///   - expected: the hash that the result must have, if one was given.
    func addPath(
        _ path: [UInt8], name: [UInt8], method: HostPathMethod, filter: ((_ path: [UInt8], _ type: FileType) -> Bool?)?,
        expected: NixHash?
    ) throws(HostError) -> StorePath
    /// Writes a `.drv`, or remembers how it can be written.
    func addDerivation(_ file: DerivationFile) throws(HostError)
    /// The derivation that `path` holds, for hashing derivations that an evaluation did not make itself.
    func readDerivation(_ path: StorePath) throws(HostError) -> Derivation
    /// Whether the store has the path, or will have it as soon as it is asked for.
    func isValid(_ path: StorePath) throws(HostError) -> Bool
    /// Makes sure that the path is valid (`builtins.storePath`), substituting it where that is possible.
    func ensureValid(_ path: StorePath) throws(HostError)
    /// Builds or substitutes what a context stands for (import from derivation).
    ///
    /// - Parameter allowsBuilding: whether outputs of derivations may be built; otherwise each is an error.
    func realise(_ context: [HostContext], allowsBuilding: Bool) throws(HostError)

    func fetch(_ fetch: HostFetch) throws(HostError) -> HostFetched
    /// Lets messages call what lies in a store object by where it came from.
    func note(_ object: StorePath, isFrom origin: TreeOrigin)
    /// How messages call a path.
    func displayed(_ path: [UInt8]) -> [UInt8]
    /// That nothing is at a path.
    func missing(_ path: [UInt8]) -> HostError
    /// What a valid store path refers to; nothing where that is not known.
    func references(of path: StorePath) throws(HostError) -> [StorePath]

    /// The store path of a placeholder package is needed: `name` is its dotted name. Throws where that is not wanted.
    func notePlaceholder(_ name: String) throws(HostError)

    /// One line for standard error: a `trace:` or `evaluation warning:` line, complete with its prefix.
    func report(_ line: [UInt8])
}

extension EvaluationHost {
    package func notePlaceholder(_: String) throws(HostError) {}
}

extension EvaluationHost {
    package func references(of path: StorePath) throws(HostError) -> [StorePath] { [] }
    package func note(_: StorePath, isFrom _: TreeOrigin) {}
    package func displayed(_ path: [UInt8]) -> [UInt8] { BundledPath.displayed(path) }
    package func missing(_ path: [UInt8]) -> HostError {
        HostError("path '\(String(decoding: displayed(path), as: UTF8.self))' does not exist")
    }
}
