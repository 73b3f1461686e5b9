import NixBuild
import NixFormats
import NixStore

extension StoreProgram {
    // MARK: Deleting

    /// `--gc`: deletes what no root needs, or says what that is.
    func collect() throws {
        var asks: String?
        var options = CollectionOptions()
        var flags = self.options.flags[...]
        while let flag = flags.popFirst() {
            switch flag {
            case "--print-roots", "--print-live", "--print-dead": asks = flag
            case "--max-freed": options.maximumFreed = UInt64(try UnitNumber.number(flags.popFirst() ?? ""))
            default: throw UsageError("bad sub-operation '\(flag)' in GC")
            }
        }
        try refuseWords()
        if options.maximumFreed != .max, asks != nil {
            throw UsageError(
                "option --max-freed cannot be combined with --print-live, --print-dead, or --print-roots")
        }
        let store = try session.access.store()
        switch asks {
        case nil: try collect(options, store)
        case "--print-roots":
            for root in try roots(store).sorted(by: { ($0.origin, $0.path) < ($1.origin, $1.path) }) {
                printLine(ByteString("\"\(root.origin)\" -> \(session.printed(root.path))"))
            }
        default:
            display.report(.note("finding garbage collector roots..."))
            display.report(.note("determining live/dead paths..."))
            try (asks == "--print-live" ? store.livePaths() : store.deadPaths()).forEach(printLine)
        }
    }

    /// `--delete`: deletes these paths.
    func delete() throws {
        var collection = CollectionOptions()
        collection.ignoresRoots = try flags("--ignore-liveness").contains("--ignore-liveness")
        collection.paths = SortedSet(try options.words.map(storePath))
        try collect(collection, try session.access.store())
    }

    private func collect(_ options: CollectionOptions, _ store: LocalStore) throws {
        do throws(StoreError) {
            let result = try store.collectGarbage(options) { path in
                display.report(.note("deleting '\(path)'"))
            } step: { step in
                display.report(.note(step))
            }
            display.report(.note("note: hard linking is currently saving \(Self.size(result.bytesSavedByLinks))"))
            printFreed(result)
        } catch {
            printFreed(CollectionResult())
            throw error
        }
    }

    private func printFreed(_ result: CollectionResult) {
        let freed = Self.size(Int64(clamping: result.bytesFreed))
        StandardStreams.output("\(result.deleted.count) store paths deleted, \(freed) freed\n")
    }

    private static func size(_ bytes: Int64) -> String {
        (bytes < 0 ? "-" : "") + ProgressLine.roundedSize(bytes.magnitude)
    }

    // MARK: Checking

    /// `--check-validity`: fails for, or prints, what is not valid.
    func checkValidity() throws {
        let prints = try flags("--print-invalid").contains("--print-invalid")
        let store = try session.access.store()
        for word in options.words {
            let path = try storePath(word)
            if try store.isValid(path) { continue }
            guard prints else { throw CommandFailure("path '\(session.printed(path))' is not valid") }
            printLine(path)
        }
    }

    /// `--verify`: whether the store is in order.
    func verify() throws {
        try refuseWords()
        let checksContents = try flags("--check-contents", "--repair").contains("--check-contents")
        let store = try session.access.store()
        display.report(.note("reading the Nix store..."))
        // Looking at the roots removes those whose links are gone.
        _ = try store.roots()
        display.report(.note("checking path existence..."))
        if checksContents {
            display.report(.note("checking link hashes..."))
            display.report(.note("checking store hashes..."))
        }
        var isSound = true
        try store.verify(checkingContents: checksContents) { finding in
            let message = finding.message(in: session.host.storeDirectory)
            display.report(finding.isError ? .error(message) : .note(message))
            if finding.isError { isSound = false }
        }
        guard isSound else {
            display.report(.warning("not all store errors were fixed"))
            throw CommandFailure(nil)
        }
    }

    /// `--verify-path`: whether paths still have the contents that were registered.
    func verifyPaths() throws {
        try refuseFlags("no flags expected")
        let store = try session.access.store()
        var isSound = true
        for word in options.words {
            guard let finding = try store.modification(of: storePath(word)) else { continue }
            isSound = false
            display.report(.error(finding.message(in: session.host.storeDirectory)))
        }
        if !isSound { throw CommandFailure(nil) }
    }

    /// `--dump-db`: what is registered of these paths, or of all.
    func dumpDatabase() throws {
        try refuseFlags()
        let store = try session.access.store()
        let paths = options.words.isEmpty ? Array(try store.validPaths()) : try options.words.map(storePath)
        for path in paths {
            let info = try store.requireInfo(path)
            printLine(path)
            printLine(info.narHash.printed(.base16, withAlgorithm: false))
            printLine(ByteString("\(info.narSize)"))
            printLine(info.deriver.map(session.printed) ?? "")
            printLine(ByteString("\(info.references.count)"))
            info.references.forEach(printLine)
        }
    }
}
