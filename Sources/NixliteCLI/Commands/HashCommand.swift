import NixBuild
import NixFormats
import NixStore

/// How a hash is computed and spelled.
struct HashArguments: ArgumentGroup {
    var algorithm: String?
    var format: String?
    var base16 = false
    var base32 = false
    var base64 = false
    var sri = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try line.option("--type", "--algo", sets: &algorithm, "algorithm", "blake3, md5, sha1, sha256 or sha512.")
        try line.option("--format", sets: &format, "format", "base16, nix32, base64 or sri.")
        line.flag("--base16", sets: &base16, "Print hexadecimal digits.")
        line.flag("--base32", sets: &base32, "Print Nix's base 32.")
        line.flag("--base64", sets: &base64, "Print base 64.")
        line.flag("--sri", sets: &sri, "Print SRI.")
    }

    /// The algorithm of that name; another name is a mistake of the command line.
    static func algorithm(named name: String, _ settings: NixSettings) throws(UsageError) -> HashAlgorithm {
        do throws(FormatError) {
            return try HashAlgorithm(parsing: name.utf8, features: settings.experimentalFeatures)
        } catch { throw UsageError("\(error)") }
    }

    /// The algorithm that was named, else `fallback`.
    func algorithm(or fallback: HashAlgorithm, _ global: GlobalArguments) throws -> HashAlgorithm {
        guard let algorithm else { return fallback }
        return try HashAlgorithm(
            parsing: algorithm.utf8, features: SessionFlags(global).settings.experimentalFeatures)
    }

    /// The spelling that was named, else `fallback`.
    func format(or fallback: HashFormat) throws -> HashFormat {
        if let format { return try HashFormat(parsing: format.utf8) }
        return base16 ? .base16 : base32 ? .nix32 : base64 ? .base64 : sri ? .sri : fallback
    }
}

/// The files that a command hashes, and how.
struct HashedFiles: ArgumentGroup {
    private var hash = HashArguments()
    private var global = GlobalArguments()
    private var paths: [String] = []
    /// `--mode`, of trees only.
    var mode: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try hash.declare(&line)
        try global.declare(&line)
        try line.positionals("paths", addsTo: &paths, isRequired: true, "Files and folders.")
    }

    /// Prints the hash of each path, a line each.
    func print(_ method: ContentAddressMethod) throws {
        let method = try mode.map { try StoreAddCommand.method(named: $0) } ?? method
        let algorithm = try hash.algorithm(or: .sha256, global)
        let format = try hash.format(or: .sri)
        for path in paths {
            let file = try NamedFile(path)
            do throws(StoreError) {
                let digest = try TreeDump.hash(file.path, method: method, algorithm: algorithm)
                let text = digest.hash.printed(format, withAlgorithm: format == .sri)
                StandardStreams.outputLine(text)
            } catch {
                throw CommandFailure(error.message)
            }
        }
    }
}

/// `nixlite hash path`: the hash of a tree's NAR.
struct HashPathCommand: Command {
    var files = HashedFiles()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try files.declare(&line)
        try line.option("--mode", sets: &files.mode, "mode", "nar (also called recursive), or flat.")
    }

    func run() throws { try files.print(.nar) }
}

/// `nixlite hash file`: the hash of a file's bytes.
struct HashFileCommand: Command {
    var files = HashedFiles()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) { try files.declare(&line) }

    func run() throws { try files.print(.flat) }
}

/// `nixlite hash convert`: one spelling of a hash into another.
struct HashConvertCommand: Command {
    var global = GlobalArguments()
    var algorithm: String?
    var from: String?
    var to = "sri"
    var hashes: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        try line.option("--hash-algo", sets: &algorithm, "algorithm", "The algorithm, where the hash does not name it.")
        try line.option("--from", sets: &from, "from", "The spelling that is expected.")
        try line.option("--to", sets: &to, "to", "The spelling to print.")
        try line.positionals("hashes", addsTo: &hashes, isRequired: true, "Hashes.")
    }

    func run() throws {
        let features = try SessionFlags(global).settings.experimentalFeatures
        let algorithm = try algorithm.map { try HashAlgorithm(parsing: $0.utf8, features: features) }
        let format = try Self.format(to)
        let expected = try from.map { try Self.format($0) }
        for text in hashes {
            let parsed = try NixHash.parse(ByteString(text), expected: algorithm, features: features)
            if let expected, expected != parsed.format {
                let asked = "'--from \(from ?? "")' was specified"
                throw CommandFailure("input hash '\(text)' has format '\(parsed.format.name)', but \(asked)")
            }
            Self.print(parsed.hash, format)
        }
    }

    /// The spelling of that name; Nix has an old name for one of them.
    private static func format(_ name: String) throws(UsageError) -> HashFormat {
        if name == "base32" {
            StandardStreams.error(
                "\(Terminal().warning("warning:")) \"base32\" is a deprecated alias for hash format \"nix32\".\n")
        }
        do throws(FormatError) { return try HashFormat(parsing: name.utf8) } catch { throw UsageError("\(error)") }
    }

    fileprivate static func print(_ hash: NixHash, _ format: HashFormat) {
        StandardStreams.outputLine(hash.printed(format, withAlgorithm: format == .sri))
    }
}

/// `nixlite hash to-base16` and its kin: Nix's older commands for one spelling each.
struct HashSpellingCommand: Command {
    private let format: HashFormat
    private var global = GlobalArguments()
    private var algorithm: String?
    private var hashes: [String] = []

    init(_ format: HashFormat) { self.format = format }

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        try line.option("--type", sets: &algorithm, "algorithm", "The algorithm, where the hash does not name it.")
        try line.positionals("hashes", addsTo: &hashes, "Hashes.")
    }

    func run() throws {
        StandardStreams.error(
            "\(Terminal().warning("warning:")) The old format conversion subcommands of `nix hash` were deprecated in favor of `nix hash convert`.\n"
        )
        let features = try SessionFlags(global).settings.experimentalFeatures
        let algorithm = try algorithm.map { try HashAlgorithm(parsing: $0.utf8, features: features) }
        for text in hashes {
            HashConvertCommand.print(
                try NixHash.parse(ByteString(text), expected: algorithm, features: features).hash, format)
        }
    }
}
