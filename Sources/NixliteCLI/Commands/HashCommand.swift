import ArgumentParser
import NixBuild
import NixFormats
import NixStore

/// `nixlite hash`: hashes of files and trees, and their spellings.
struct HashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "Hash files and trees, and convert hashes",
        subcommands: [
            HashPathCommand.self, HashFileCommand.self, HashConvertCommand.self, HashLegacyCommand.self,
        ])
}

/// How a hash is computed and spelled.
struct HashArguments: ParsableArguments {
    @Option(name: [.customLong("type"), .customLong("algo")], help: "md5, sha1, sha256 or sha512.")
    var algorithm: String?

    @Option(help: "base16, nix32, base64 or sri.")
    var format: String?

    @Flag(help: "Print hexadecimal digits.")
    var base16 = false

    @Flag(help: "Print Nix's base 32.")
    var base32 = false

    @Flag(help: "Print base 64.")
    var base64 = false

    @Flag(help: "Print SRI.")
    var sri = false

    /// The algorithm that was named, else `fallback`.
    func algorithm(or fallback: HashAlgorithm) throws -> HashAlgorithm {
        try algorithm.map { try HashAlgorithm(parsing: $0.utf8) } ?? fallback
    }

    /// The spelling that was named, else `fallback`.
    func format(or fallback: HashFormat) throws -> HashFormat {
        if let format { return try HashFormat(parsing: format.utf8) }
        return base16 ? .base16 : base32 ? .nix32 : base64 ? .base64 : sri ? .sri : fallback
    }
}

/// Hashing what is on disk.
enum FileHashing {
    /// Prints the hash of each path, a line each.
    static func print(
        _ paths: [String], _ method: ContentAddressMethod, _ algorithm: HashAlgorithm, _ format: HashFormat
    ) throws {
        for path in paths {
            let place = Paths.absolute(path, from: Paths.currentDirectory())
            guard Paths.existsWithoutFollowing(place) else { throw CommandFailure("path '\(place)' does not exist") }
            do throws(StoreError) {
                let digest = try TreeDump.hash(RealPath(place), method: method, algorithm: algorithm)
                let text = digest.hash.printed(format, withAlgorithm: format == .sri)
                StandardStreams.output(text.bytes + [UInt8(ascii: "\n")])
            } catch {
                throw CommandFailure(error.message)
            }
        }
    }
}

/// `nixlite hash path`: the hash of a tree's NAR.
struct HashPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "path", abstract: "Hash the NAR of a path")
    @OptionGroup var hash: HashArguments
    @OptionGroup var global: GlobalArguments
    @Argument(help: "Files and folders.") var paths: [String]

    func run() throws {
        try FileHashing.print(paths, .nar, hash.algorithm(or: .sha256), hash.format(or: .sri))
    }
}

/// `nixlite hash file`: the hash of a file's bytes.
struct HashFileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "file", abstract: "Hash the bytes of a file")
    @OptionGroup var hash: HashArguments
    @OptionGroup var global: GlobalArguments
    @Argument(help: "Files.") var paths: [String]

    func run() throws {
        try FileHashing.print(paths, .flat, hash.algorithm(or: .sha256), hash.format(or: .sri))
    }
}

/// `nixlite hash convert`: one spelling of a hash into another.
struct HashConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Convert between the spellings of hashes")
    @OptionGroup var global: GlobalArguments

    @Option(name: .customLong("hash-algo"), help: "The algorithm, where the hash does not name it.")
    var algorithm: String?

    @Option(help: "The spelling that is expected.")
    var from: String?

    @Option(help: "The spelling to print.")
    var to = "sri"

    @Argument(help: "Hashes.") var hashes: [String]

    func run() throws {
        let algorithm = try algorithm.map { try HashAlgorithm(parsing: $0.utf8) }
        let format = try HashFormat(parsing: to.utf8)
        let expected = try from.map { try HashFormat(parsing: $0.utf8) }
        for text in hashes {
            let parsed = try NixHash.parse(ByteString(text), expected: algorithm)
            if let expected, expected != parsed.format {
                throw CommandFailure(
                    "input hash '\(text)' does not have the expected format for '--from \(from ?? "")'")
            }
            let printed = parsed.hash.printed(format, withAlgorithm: format == .sri)
            StandardStreams.output(printed.bytes + [UInt8(ascii: "\n")])
        }
    }
}

/// `nix-hash`: the older program of that name.
struct HashLegacyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "legacy", abstract: "Hash and convert as nix-hash does", shouldDisplay: false)
    @OptionGroup var hash: HashArguments
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Hash the bytes of a file instead of its NAR.")
    var flat = false

    @Flag(help: "Cut the hash to 160 bits.")
    var truncate = false

    @Flag(name: .customLong("to-base16")) var toBase16 = false
    @Flag(name: .customLong("to-base32")) var toBase32 = false
    @Flag(name: .customLong("to-base64")) var toBase64 = false
    @Flag(name: .customLong("to-sri")) var toSRI = false

    @Argument(help: "Files and folders, or hashes.") var arguments: [String]

    func run() throws {
        let target: HashFormat? = toBase16 ? .base16 : toBase32 ? .nix32 : toBase64 ? .base64 : toSRI ? .sri : nil
        if let target {
            let algorithm = try hash.algorithm.map { try HashAlgorithm(parsing: $0.utf8) }
            for text in arguments {
                let printed = try NixHash(parsing: ByteString(text), expected: algorithm)
                    .printed(target, withAlgorithm: target == .sri)
                StandardStreams.output(printed.bytes + [UInt8(ascii: "\n")])
            }
            return
        }
        let format = try hash.format(or: .base16)
        let algorithm = try hash.algorithm(or: .md5)
        for path in arguments {
            let place = RealPath(Paths.absolute(path, from: Paths.currentDirectory()))
            do throws(StoreError) {
                var digest = try TreeDump.hash(place, method: flat ? .flat : .nar, algorithm: algorithm).hash
                if truncate, digest.bytes.count > 20 { digest = digest.compressed(to: 20) }
                let text = digest.printed(format, withAlgorithm: format == .sri)
                StandardStreams.output(text.bytes + [UInt8(ascii: "\n")])
            } catch {
                throw CommandFailure(error.message)
            }
        }
    }
}
