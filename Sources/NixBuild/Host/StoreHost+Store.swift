package import NixEval
package import NixFormats
import NixStore

extension StoreHost {
    package func addText(name: [UInt8], contents: [UInt8], references: [StorePath]) throws(HostError) -> StorePath {
        let references = SortedSet(references)
        let contents = ByteString(contents)
        let storeDirectory = storeDirectory
        let path = try formatted { () throws(FormatError) in
            try storeDirectory.textPath(
                name: name, hash: Digester.hash(.sha256, contents), references: references)
        }
        try requireWriting()
        pending.record(path, .text(name: ByteString(name), contents: contents), references: references)
        policy?.allow(path)
        return path
    }

    package func addDerivation(_ file: DerivationFile) throws(HostError) {
        // Nobody can ask for a derivation that is never valid, and thousands of them are a fifth of the memory.
        if options.writesNothing { return }
        try requireWriting(for: "writeDerivation")
        pending.record(file.path, .derivation(file), references: file.references)
        policy?.allow(file.path)
    }

    package func readDerivation(_ path: StorePath) throws(HostError) -> Derivation {
        let storeDirectory = storeDirectory
        let known = try formatted { () throws(FormatError) in try pending.derivation(path, in: storeDirectory) }
        if let known { return known }
        return try stored { () throws(StoreError) in try access.store().readDerivation(path) }
    }

    package func addPath(
        _ path: [UInt8], name: [UInt8], method: HostPathMethod, filter: ((_ path: [UInt8], _ type: FileType) -> Bool?)?,
        expected: NixHash?
    ) throws(HostError) -> StorePath {
        try compute(path, name: name, method == .recursive ? .nar : .flat, filter: filter, expected: expected).path
    }

    /// The store path that a file or tree of this machine has, and its hash; remembers how to write it.
    func compute(
        _ path: [UInt8], name: [UInt8], _ method: ContentAddressMethod,
        filter: ((_ path: [UInt8], _ type: FileType) -> Bool?)?, expected: NixHash?
    ) throws(HostError) -> (path: StorePath, hash: NixHash) {
        try policy?.require(path)
        if !BundledFiles.contains(path) { try requireExistence(path) }
        if method == .flat { try refuseDirectory(path) }
        let source = RealPath(realPath(path))
        let algorithm = expected?.algorithm ?? .sha256
        var included: Set<RealPath>?
        var storeFilter: PathFilter?
        let layout = access.layout
        if let filter {
            included = []
            storeFilter = { (entry, kind) throws(StoreError) in
                let shown = layout.logicalPath(real: entry)?.bytes ?? entry.bytes
                guard let answer = filter(shown, Self.type(kind)) else {
                    throw StoreError(.interrupted, "interrupted")
                }
                if answer { included?.insert(entry) }
                return answer
            }
        }
        let digest = try stored { () throws(StoreError) in
            try TreeDump.hash(source, method: method, algorithm: algorithm, filter: storeFilter)
        }
        if let expected, expected != digest.hash {
            throw HostError(
                "store path mismatch in (possibly filtered) path added from '\(String(decoding: path, as: UTF8.self))'")
        }
        let storeDirectory = storeDirectory
        let added = try formatted { () throws(FormatError) in
            try storeDirectory.fixedOutputPath(
                name: name, address: ContentAddress(method: method, hash: digest.hash))
        }
        try requireWriting()
        pending.record(
            added,
            .tree(source: source, name: ByteString(name), method: method, algorithm: algorithm, included: included))
        policy?.allow(added)
        return (added, digest.hash)
    }

    package func isValid(_ path: StorePath) throws(HostError) -> Bool {
        try stored { () throws(StoreError) -> Bool in
            if !options.writesNothing, pending.contains(path) { return true }
            if access.isDummy { return false }
            return try access.store().protectIfValid(path)
        }
    }

    package func references(of path: StorePath) throws(HostError) -> [StorePath] {
        if let references = pending.references(path) { return references }
        if access.isDummy { return [] }
        return try stored { () throws(StoreError) in try access.store().info(path).map { Array($0.references) } ?? [] }
    }

    package func ensureValid(_ path: StorePath) throws(HostError) {
        if options.writesNothing { return }
        var isThere = try isValid(path)
        if !isThere { isThere = try substitute([path]) }
        guard isThere else {
            if access.isDummy {
                throw HostError(
                    "cannot substitute path '\(storeDirectory.print(path))' - no write access to the Nix store")
            }
            throw HostError(
                "path '\(storeDirectory.print(path))' is required, but there is no substituter that can build it")
        }
        try write([path])
    }

    /// Throws where an evaluation that may write has nowhere to write to.
    ///
    /// - Parameter operation: Nix's name for what would write.
    func requireWriting(for operation: String = "addToStoreFromDump") throws(HostError) {
        guard access.isDummy, !options.writesNothing else { return }
        throw HostError(StoreAccess.unsupported(operation).message)
    }

    /// Writes computed objects, and what they refer to, into the store.
    package func write(_ paths: [StorePath]) throws(HostError) {
        try stored { () throws(StoreError) in
            let store = try access.store()
            for path in paths { try pending.write(path, to: store) }
        }
    }

    package func realise(_ context: [HostContext], allowsBuilding: Bool) throws(HostError) {
        var requests: [BuildRequest] = []
        for element in context {
            let path: StorePath
            switch element {
            case .path(let object), .derivationDeep(let object): path = object
            case .output(let derivation, let output):
                path = derivation
                requests.append(BuildRequest(derivation: derivation, outputs: [ByteString(output)]))
            case .nested(let output):
                throw HostError(
                    "cannot build '\(storeDirectory.print(output.derivation))\(output.printedWay)': outputs of derivations that other outputs hold are not built yet by nixlite"
                )
            }
            guard try isValid(path) else { throw HostError("path '\(path)' is not valid") }
            policy?.allow(path)
            if !options.writesNothing { try write([path]) }
        }
        guard let first = requests.first else { return }
        guard allowsBuilding else {
            throw HostError(
                "cannot build '\(storeDirectory.print(first.derivation))^\(first.outputs.first ?? "")' during evaluation because the option 'allow-import-from-derivation' is disabled"
            )
        }
        let realiser = try realiser()
        do throws(RealisationError) {
            try realiser.realise(requests, announces: false)
        } catch {
            throw HostError(error.message, buildExitCode: error.legacyExitCode)
        }
        guard policy != nil else { return }
        for request in requests {
            let derivation = try readDerivation(request.derivation)
            for name in request.outputs {
                let output = try formatted { () throws(FormatError) in
                    try derivation.outputPath(name, in: storeDirectory)
                }
                if let output { policy?.allow(output) }
            }
        }
    }

    /// A realiser on this host's store.
    package func realiser(
        skipsPlaceholders: Bool = false, rebuilds: Bool = false
    ) throws(HostError) -> Realiser {
        var build = options.build
        build.skipsPlaceholders = skipsPlaceholders
        build.rebuilds = build.rebuilds || rebuilds
        let store = try stored { () throws(StoreError) in try access.store() }
        return Realiser(
            store: store, options: build, services: services, substituters: substituters(),
            cancellation: cancellation, report: eventReporter)
    }

    /// Runs what the store does, wording its errors as the host's.
    func stored<Result>(_ body: () throws(StoreError) -> Result) throws(HostError) -> Result {
        do throws(StoreError) {
            return try body()
        } catch {
            throw HostError(error.message, isInterruption: error.kind == .interrupted)
        }
    }

    /// Runs what formats do, wording their errors as the host's.
    func formatted<Result>(_ body: () throws(FormatError) -> Result) throws(HostError) -> Result {
        do throws(FormatError) {
            return try body()
        } catch {
            throw HostError("\(error)")
        }
    }

    private static func type(_ kind: FileKind) -> FileType {
        switch kind {
        case .regular: .regular
        case .directory: .directory
        case .symlink: .symlink
        case .unknown: .unknown
        }
    }
}
