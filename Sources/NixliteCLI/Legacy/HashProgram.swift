import NixBuild
import NixFormats
import NixStore

/// `nix-hash`: hashes of files and trees, and their spellings.
struct HashProgram {
    fileprivate struct Options: LegacyOptions {
        var shared: SharedOptions
        /// Paths, or hashes to be spelled otherwise.
        var words: [String] = []
        var isFlat = false
        var truncates = false
        var converts = false
        var algorithm: HashAlgorithm?
        var format = HashFormat.base16

        init() throws(UsageError) { shared = try SharedOptions() }
    }

    private static let flags: [LegacyFlag<Options>] =
        [
            LegacyFlag("--flat", help: "Hash the bytes of a file instead of its NAR.") {
                (options, _) throws(UsageError) in
                options.isFlat = true
            },
            LegacyFlag("--truncate", help: "Cut the hash to 160 bits.") { (options, _) throws(UsageError) in
                options.truncates = true
            },
            LegacyFlag("--type", values: ["algorithm"], help: "blake3, md5, sha1, sha256 or sha512.", isOwn: true) {
                (options, values) throws(UsageError) in
                options.algorithm = try HashArguments.algorithm(named: values[0], options.session.settings)
            },
        ] + [format(.base16, "base16"), format(.nix32, "base32"), format(.base64, "base64"), format(.sri, "sri")]
        + [target(.base16, "base16"), target(.nix32, "base32"), target(.base64, "base64"), target(.sri, "sri")]

    private static func format(_ format: HashFormat, _ name: String) -> LegacyFlag<Options> {
        LegacyFlag("--\(name)", help: "Print the hash in \(name).") { (options, _) throws(UsageError) in
            options.format = format
        }
    }

    private static func target(_ format: HashFormat, _ name: String) -> LegacyFlag<Options> {
        LegacyFlag("--to-\(name)", help: "Print hashes in \(name).") { (options, _) throws(UsageError) in
            options.converts = true
            options.format = format
        }
    }

    static func run(_ words: [String], name: String) throws {
        var line = LegacyCommandLine<Options>(program: name, flags: flags) { (options, word) throws(UsageError) in
            options.words.append(word)
        }
        line.evaluates = false
        let read = try line.options(words, summary: "hash files and trees", usage: "[options] <paths or hashes>")
        guard let options = read else { return }
        for word in options.words {
            let hash: NixHash
            if options.converts {
                hash = try NixHash(
                    parsing: ByteString(word), expected: options.algorithm,
                    features: options.session.settings.experimentalFeatures)
            } else {
                hash = try options.hash(of: word)
            }
            let text = hash.printed(options.format, withAlgorithm: options.format == .sri)
            StandardStreams.outputLine(text)
        }
    }
}

extension HashProgram.Options {
    /// The hash of a file or tree.
    fileprivate func hash(of path: String) throws -> NixHash {
        let digest = try TreeDump.hash(
            NamedFile(path).path, method: isFlat ? .flat : .nar, algorithm: algorithm ?? .md5)
        return truncates && digest.hash.bytes.count > 20 ? digest.hash.compressed(to: 20) : digest.hash
    }
}
