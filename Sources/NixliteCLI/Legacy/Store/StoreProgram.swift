import Glibc
import NixBuild
import NixFormats
import NixStore

/// `nix-store`: looks at and changes the store.
struct StoreProgram {
    struct Options: LegacyOptions {
        var shared: SharedOptions
        var operation: StoreOperation?
        var root: String?
        var readsStandardInput = false
        var printsNothing = false
        /// Flags of the operation, as they were written; `--max-freed` with its value after it.
        var flags: [String] = []
        /// What is no flag.
        var words: [String] = []

        init() throws(UsageError) { shared = try SharedOptions() }

        mutating func choose(_ operation: StoreOperation) throws(UsageError) {
            guard self.operation == nil || self.operation == operation else {
                throw UsageError("only one operation may be specified")
            }
            self.operation = operation
        }
    }

    private static var flags: [LegacyFlag<Options>] {
        let operations = StoreOperation.allCases.map { operation in
            LegacyFlag<Options>(operation.flags, help: operation.help) { (options, _) throws(UsageError) in
                try options.choose(operation)
            }
        }
        return operations + [
            LegacyFlag(["--add-root"], values: ["path"], help: "Make the result a root of the store.", isOwn: true) {
                (options, values) throws(UsageError) in
                options.root = values[0]
            },
            LegacyFlag(["--indirect"], help: "Accepted: roots are always links that can be removed.") {
                (_, _) throws(UsageError) in
            },
            LegacyFlag(["--no-output"], help: "Print no paths of what was realised.") {
                (options, _) throws(UsageError) in
                options.printsNothing = true
            },
            LegacyFlag(["--stdin"], help: "Read further paths from standard input.") {
                (options, _) throws(UsageError) in
                options.readsStandardInput = isatty(STDIN_FILENO) == 0
            },
            LegacyFlag(["--max-freed"], values: ["bytes"], help: "Free no more than so much (with --gc).", isOwn: true)
            {
                (options, values) throws(UsageError) in
                options.flags += ["--max-freed", values[0]]
            },
        ]
    }

    static func run(_ words: [String], name: String) throws {
        var line = LegacyCommandLine<Options>(program: name, flags: flags) { (options, word) throws(UsageError) in
            options.words.append(word)
        }
        line.evaluates = false
        line.takeUnknownFlag = { (options, flag) in options.flags.append(flag) }
        let read = try line.options(
            words, summary: "look at and change the store", usage: "<operation> [options] [paths]")
        guard var options = read else { return }
        guard let operation = options.operation else { throw UsageError("no operation specified") }
        if options.readsStandardInput, operation != .importObjects, operation != .restore {
            let text = String(decoding: try SmallFile.read("/dev/stdin"), as: UTF8.self)
            options.words += text.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        try CommandSession(flags: options.session, usesLegacyExitCodes: true).run { session, display in
            try StoreProgram(options: options, session: session, display: display).run(operation)
        }
    }

    let options: Options
    let session: Session
    let display: ProgressDisplay
    let rootWarning = RootWarning()

    private func run(_ operation: StoreOperation) throws {
        switch operation {
        case .realise: try realise()
        case .query: try query()
        case .add: try add()
        case .addFixed: try addFixed()
        case .printFixedPath: try printFixedPath()
        case .delete: try delete()
        case .collect: try collect()
        case .printEnvironment: try printEnvironment()
        case .readLog: try readLog()
        case .dumpDatabase: try dumpDatabase()
        case .checkValidity: try checkValidity()
        case .dump: try dump()
        case .restore: try restore()
        case .export: try export()
        case .importObjects: try importObjects()
        case .initialise:
            try refuseFlags()
            try refuseWords()
            _ = try session.access.store()
        case .verify: try verify()
        case .verifyPath: try verifyPaths()
        case .loadDatabase, .registerValidity, .repairPath, .optimise, .serve, .generateKey:
            throw CommandFailure("'\(operation.flags[0])' is not supported by nixlite")
        }
    }
}

/// What `nix-store` is asked to do.
enum StoreOperation: CaseIterable {
    case realise, query, add, addFixed, printFixedPath, delete, collect, printEnvironment, readLog, dumpDatabase
    case checkValidity, dump, restore, export, importObjects, initialise, verify, verifyPath
    case loadDatabase, registerValidity, repairPath, optimise, serve, generateKey

    var flags: [String] {
        switch self {
        case .realise: ["--realise", "--realize", "-r"]
        case .query: ["--query", "-q"]
        case .add: ["--add", "-A"]
        case .addFixed: ["--add-fixed"]
        case .printFixedPath: ["--print-fixed-path"]
        case .delete: ["--delete"]
        case .collect: ["--gc"]
        case .printEnvironment: ["--print-env"]
        case .readLog: ["--read-log", "-l"]
        case .dumpDatabase: ["--dump-db"]
        case .checkValidity: ["--check-validity"]
        case .dump: ["--dump"]
        case .restore: ["--restore"]
        case .export: ["--export"]
        case .importObjects: ["--import"]
        case .initialise: ["--init"]
        case .verify: ["--verify"]
        case .verifyPath: ["--verify-path"]
        case .loadDatabase: ["--load-db"]
        case .registerValidity: ["--register-validity"]
        case .repairPath: ["--repair-path"]
        case .optimise: ["--optimise", "--optimize"]
        case .serve: ["--serve"]
        case .generateKey: ["--generate-binary-cache-key"]
        }
    }

    var help: String {
        switch self {
        case .realise: "Build derivations (--dry-run, --check, --ignore-unknown)."
        case .query:
            "Say something of paths: --outputs, --references, -R, --referrers, --referrers-closure, -d, --valid-derivers, -b NAME, --hash, --size, --tree, --graph, --graphml, --resolve, --roots; of outputs with -u, after building with -f."
        case .add: "Add files and folders, and print their paths."
        case .addFixed: "Add files under a hash: ALGORITHM PATHS (--recursive)."
        case .printFixedPath: "Print the path that a hash gives: ALGORITHM HASH NAME (--recursive)."
        case .delete: "Delete paths (--ignore-liveness)."
        case .collect: "Delete what nothing needs (--print-roots, --print-live, --print-dead)."
        case .printEnvironment: "Print a derivation's environment for a shell."
        case .readLog: "Print the logs of builds."
        case .dumpDatabase: "Print what is registered."
        case .checkValidity: "Fail for paths that are not valid (--print-invalid)."
        case .dump: "Write the NAR of a file or folder to standard output."
        case .restore: "Unpack a NAR from standard input."
        case .export: "Write store objects to standard output."
        case .importObjects: "Add what --export wrote, from standard input."
        case .initialise: "Make the store."
        case .verify: "Check the store (--check-contents)."
        case .verifyPath: "Check the contents of paths."
        case .loadDatabase, .registerValidity, .repairPath, .optimise, .serve, .generateKey: "Not supported."
        }
    }
}

// MARK: What operations share

extension StoreProgram {
    func printLine(_ path: StorePath) { printLine(session.printed(path)) }

    func printLine(_ text: ByteString) { StandardStreams.outputLine(text) }

    func refuseWords() throws(UsageError) {
        guard options.words.isEmpty else { throw UsageError("no arguments expected") }
    }

    func refuseFlags(_ message: String = "unknown flag") throws(UsageError) {
        guard options.flags.isEmpty else { throw UsageError(message) }
    }

    /// The operation's flags, all of which must be among `known`.
    func flags(_ known: String...) throws(UsageError) -> Set<String> {
        for flag in options.flags where !known.contains(flag) { throw UsageError("unknown flag '\(flag)'") }
        return Set(options.flags)
    }

    /// The store object that a word means, through links that lead into the store.
    func storePath(_ word: String) throws -> StorePath {
        if let path = try session.storePath(at: word) { return path }
        let path = Paths.absolute(word, from: Paths.currentDirectory())
        throw CommandFailure("path \"\(path)\" is not in the Nix store")
    }

    /// The roots of a store, without those that only stand beside a link of the user's.
    func roots(_ store: LocalStore) throws -> [StoreRoot] {
        let own = store.layout.stateDirectory.appending("gcroots/nixlite")
        return try store.roots().filter { !RealPath($0.origin.bytes).isInside(own) }
    }

    /// What standard input gives next, nothing at its end.
    static func readStandardInput() throws(StoreError) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count >= 0 { return Array(chunk[..<count]) }
            guard errno == EINTR else { throw StoreError(.system(errno), "reading from standard input") }
        }
    }
}
