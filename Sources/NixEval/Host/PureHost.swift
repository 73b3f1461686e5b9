package import NixFormats

/// A host without an operating system: files come from a dictionary, store paths are computed and remembered.
///
/// Nothing is written, built or fetched, so that evaluations can be run anywhere with the same results.
package final class PureHost: EvaluationHost {
    package let storeDirectory: StoreDirectory
    package let currentSystem = "x86_64-linux"
    package let currentTime: Int64 = 0
    package let currentDirectory = "/"
    /// Contents by absolute, normalised path; the folders above are implied.
    private let files: [[UInt8]: [UInt8]]
    private let environment: [String: String]
    private var derivations: [StorePath: ByteString] = [:]
    private var texts: [StorePath: (contents: [UInt8], references: [StorePath])] = [:]
    /// What was reported, in order.
    package private(set) var reports: [[UInt8]] = []

    package init(
        files: [String: String] = [:], environment: [String: String] = [:],
        storeDirectory: StoreDirectory = .standard
    ) {
        self.files = Dictionary(uniqueKeysWithValues: files.map { (Array($0.key.utf8), Array($0.value.utf8)) })
        self.environment = environment
        self.storeDirectory = storeDirectory
    }

    package func environmentVariable(_ name: [UInt8]) -> [UInt8]? {
        environment[String(decoding: name, as: UTF8.self)].map { Array($0.utf8) }
    }

    package func report(_ line: [UInt8]) { reports.append(line) }

    // MARK: Files

    private func text(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }

    private func contents(_ path: [UInt8]) -> [UInt8]? {
        if let contents = files[path] { return contents }
        guard let stored = try? storeDirectory.parse(ByteString(path)) else { return nil }
        return texts[stored]?.contents
    }

    package func readFile(_ path: [UInt8]) throws(HostError) -> [UInt8] {
        guard let contents = contents(path) else { throw HostError("path '\(text(path))' does not exist") }
        return contents
    }

    package func fileType(_ path: [UInt8]) throws(HostError) -> FileType? {
        if contents(path) != nil { return .regular }
        return children(of: path).isEmpty && path != [UInt8(ascii: "/")] ? nil : .directory
    }

    /// Entries by name, and whether they are folders.
    private func children(of path: [UInt8]) -> [[UInt8]: Bool] {
        let slash = UInt8(ascii: "/")
        let prefix = path.last == slash ? path : path + [slash]
        var result: [[UInt8]: Bool] = [:]
        for file in files.keys where file.starts(with: prefix) {
            let rest = file.dropFirst(prefix.count)
            let name = Array(rest.prefix { $0 != slash })
            result[name] = name.count < rest.count
        }
        return result
    }

    package func readDirectory(_ path: [UInt8]) throws(HostError) -> [(name: [UInt8], type: FileType)] {
        guard try fileType(path) == .directory else { throw HostError("path '\(text(path))' does not exist") }
        return children(of: path).map { ($0.key, $0.value ? .directory : .regular) }
    }

    package func resolveSymbolicLinks(_ path: [UInt8]) throws(HostError) -> [UInt8] {
        guard try fileType(path) != nil else { throw HostError("path '\(text(path))' does not exist") }
        return path
    }

    // MARK: Store

    package func addText(name: [UInt8], contents: [UInt8], references: [StorePath]) throws(HostError) -> StorePath {
        let path = try inStore { () throws(FormatError) in
            try storeDirectory.textPath(
                name: name, hash: Digester.sha256(contents), references: SortedSet(references))
        }
        texts[path] = (contents, references)
        return path
    }

    package func addPath(
        _ path: [UInt8], name: [UInt8], method: HostPathMethod,
        filter: ((_ path: [UInt8], _ type: FileType) -> Bool?)?, expected: NixHash?
    ) throws(HostError) -> StorePath {
        let hash: NixHash
        switch method {
        case .flat: hash = Digester.sha256(try readFile(path))
        case .recursive:
            let digester = Digester(.sha256)
            let writer = NARWriter { digester.update($0) }
            try write(path, to: writer, filter)
            do { try writer.finish() } catch { throw HostError("\(error)") }
            hash = digester.finish()
        }
        if let expected, expected != hash {
            throw HostError("hash mismatch for path '\(text(path))'")
        }
        return try inStore { () throws(FormatError) in
            try storeDirectory.fixedOutputPath(
                name: name, address: ContentAddress(method: method == .flat ? .flat : .nar, hash: hash))
        }
    }

    private func write(
        _ path: [UInt8], to writer: NARWriter, _ filter: ((_ path: [UInt8], _ type: FileType) -> Bool?)?
    ) throws(HostError) {
        do {
            if let contents = contents(path) {
                try writer.regular(size: UInt64(contents.count), isExecutable: false)
                if !contents.isEmpty { try writer.contents(contents) }
                return
            }
            let entries = try readDirectory(path).sorted { $0.name.lexicographicallyPrecedes($1.name) }
            try writer.directory()
            for (name, type) in entries {
                let child = path + [UInt8(ascii: "/")] + name
                if let filter {
                    guard let isKept = filter(child, type) else { throw HostError("stopped", isInterruption: true) }
                    if !isKept { continue }
                }
                try writer.entry(ByteString(name))
                try write(child, to: writer, filter)
            }
            try writer.endDirectory()
        } catch let error as HostError { throw error } catch { throw HostError("\(error)") }
    }

    package func addDerivation(_ file: DerivationFile) throws(HostError) { derivations[file.path] = file.contents }

    package func readDerivation(_ path: StorePath) throws(HostError) -> Derivation {
        guard let contents = derivations[path] else {
            throw HostError("path '\(storeDirectory.print(path))' is not valid")
        }
        return try inStore { () throws(FormatError) in
            try ATermReader.read(file: contents, at: path, store: storeDirectory)
        }
    }

    package func isValid(_ path: StorePath) throws(HostError) -> Bool {
        texts[path] != nil || derivations[path] != nil
    }

    package func ensureValid(_ path: StorePath) throws(HostError) {
        guard try isValid(path) else {
            throw HostError("path '\(storeDirectory.print(path))' is not valid")
        }
    }

    package func references(of path: StorePath) throws(HostError) -> [StorePath] { texts[path]?.references ?? [] }

    package func realise(_ context: [HostContext], allowsBuilding: Bool) throws(HostError) {
        for element in context {
            switch element {
            case .output(let derivation, _):
                throw HostError("cannot build '\(storeDirectory.print(derivation))' here")
            case .nested(let output):
                throw HostError("cannot build '\(storeDirectory.print(output.derivation))' here")
            case .path, .derivationDeep: break
            }
        }
    }

    package func fetch(_ fetch: HostFetch) throws(HostError) -> HostFetched {
        throw HostError("nothing can be fetched here")
    }

    private func inStore<T>(_ body: () throws(FormatError) -> T) throws(HostError) -> T {
        do throws(FormatError) { return try body() } catch { throw HostError(error.message) }
    }
}
