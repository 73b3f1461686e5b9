import NixBuild
import NixFormats
import NixStore

extension StoreProgram {
    // MARK: Adding

    /// `--add`: files and folders under the hash of their NAR.
    func add() throws {
        try refuseFlags()
        for word in options.words { try add(word, .nar, .sha256) }
    }

    /// `--add-fixed`: files under a hash of their bytes, or trees.
    func addFixed() throws {
        let method: ContentAddressMethod = try flags("--recursive").isEmpty ? .flat : .nar
        var words = options.words[...]
        guard let name = words.popFirst() else { throw UsageError("first argument must be hash algorithm") }
        let algorithm = try HashArguments.algorithm(named: name, options.session.settings)
        for word in words { try add(word, method, algorithm) }
    }

    private func add(_ word: String, _ method: ContentAddressMethod, _ algorithm: HashAlgorithm) throws {
        let file = try NamedFile(word)
        printLine(
            try session.access.store().addPath(
                file.path, name: ByteString(file.name), method: method, algorithm: algorithm))
    }

    /// `--print-fixed-path`: the path that a hash and a name give.
    func printFixedPath() throws {
        let method: ContentAddressMethod = try flags("--recursive").isEmpty ? .flat : .nar
        guard options.words.count == 3 else { throw UsageError("'--print-fixed-path' requires three arguments") }
        let algorithm = try HashArguments.algorithm(named: options.words[0], options.session.settings)
        let hash = try NixHash.parse(
            ByteString(options.words[1]), expected: algorithm, features: options.session.settings.experimentalFeatures
        ).hash
        let address = ContentAddress(method: method, hash: hash)
        printLine(
            try session.host.storeDirectory.fixedOutputPath(name: Array(options.words[2].utf8), address: address))
    }

    // MARK: Archives

    private func onlyWord() throws(UsageError) -> String {
        try refuseFlags()
        guard options.words.count == 1 else { throw UsageError("only one argument allowed") }
        return options.words[0]
    }

    /// `--dump`: the NAR of what is at a path.
    func dump() throws {
        let file = try NamedFile(onlyWord())
        try TreeDump.dump(file.path) { (bytes) throws(StoreError) in StandardStreams.output(Array(bytes)) }
    }

    /// `--restore`: what a NAR on standard input holds.
    func restore() throws {
        let place = Paths.absolute(try onlyWord(), from: Paths.currentDirectory())
        let restore = try TreeRestore(to: RealPath(place))
        while !restore.isComplete {
            let bytes = try Self.readStandardInput()
            if bytes.isEmpty { break }
            try restore.write(bytes[...])
        }
        _ = try restore.finish()
    }

    /// `--export`: store objects in one stream.
    func export() throws {
        _ = try flags()
        let paths = try options.words.map(storePath)
        try session.access.store().export(paths) { (bytes) throws(StoreError) in
            StandardStreams.output(Array(bytes))
        }
    }

    /// `--import`: the objects of such a stream.
    func importObjects() throws {
        _ = try flags()
        try refuseWords()
        try session.access.store().importObjects(Self.readStandardInput, added: printLine)
    }

    // MARK: Derivations

    /// `--print-env`: a derivation's environment and arguments as a shell reads them.
    func printEnvironment() throws {
        try refuseFlags()
        guard options.words.count == 1 else {
            throw UsageError("'--print-env' requires one derivation store path")
        }
        let path = try session.host.storeDirectory.parse(ByteString(options.words[0]))
        guard try session.access.store().isValid(path) else { throw Self.notSubstitutable(session.printed(path)) }
        let derivation = try session.host.readDerivation(path)
        for variable in derivation.environment {
            let name = variable.key.bytes
            let head = Array("export ".utf8) + name + Array("; ".utf8) + name + [UInt8(ascii: "=")]
            StandardStreams.output(head + ShellQuoting.quote(variable.value.bytes) + [0x0a, 0x0a])
        }
        let arguments = Array(derivation.arguments.map(\.bytes).joined(separator: [UInt8(ascii: " ")]))
        StandardStreams.outputLine(Array("export _args; _args=".utf8) + ShellQuoting.quote(arguments))
    }

    /// `--read-log`: what builds have printed.
    func readLog() throws {
        try refuseFlags()
        for word in options.words {
            let path = try storePath(word)
            guard let log = try session.buildLog(path) else {
                throw CommandFailure("build log of derivation '\(session.printed(path))' is not available")
            }
            StandardStreams.output(log)
        }
    }
}
