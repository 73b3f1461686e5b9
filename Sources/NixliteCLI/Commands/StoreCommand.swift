import NixBuild
import NixFormats
import NixStore

extension GlobalArguments {
    /// The store that these flags name, opened.
    func openStore() throws -> LocalStore {
        let flags = try SessionFlags(self)
        do throws(StoreError) {
            return try StoreAccess(flags.chosenStore).store()
        } catch {
            throw CommandFailure(error.message)
        }
    }
}

/// `nixlite store add`: a file or folder under its content address.
struct StoreAddCommand: Command {
    var global = GlobalArguments()
    var name: String?
    var mode = "nar"
    var algorithm: String?
    var paths: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        try line.option(
            "-n", "--name", sets: &name, "name", "The name of the store object; by default the path's last part.")
        try line.option("--mode", sets: &mode, "mode", "flat, text, or nar (also called recursive).")
        try line.option("--hash-algo", sets: &algorithm, "algorithm", "blake3, md5, sha1, sha256 or sha512.")
        try line.positionals("paths", addsTo: &paths, isRequired: true, "Files and folders.")
    }

    private static let methods: [String: ContentAddressMethod] = [
        "flat": .flat, "nar": .nar, "recursive": .nar, "text": .text,
    ]

    /// The way of hashing that `--mode` names.
    static func method(named name: String) throws(UsageError) -> ContentAddressMethod {
        guard let method = methods[name] else {
            throw UsageError("Unknown file ingestion method '\(name)', expect `flat`, `nar`, or `git`")
        }
        return method
    }

    func run() throws {
        let method = try Self.method(named: mode)
        let settings = try SessionFlags(global).settings
        let algorithm = try algorithm.map { try HashArguments.algorithm(named: $0, settings) } ?? .sha256
        let store = try global.openStore()
        for path in paths {
            let file = try NamedFile(path)
            let added = try store.addPath(
                file.path, name: ByteString(name ?? file.name), method: method, algorithm: algorithm)
            StandardStreams.outputLine(store.layout.storeDirectory.print(added))
        }
    }
}

/// `nixlite store verify`: checks that every path has the contents that were registered.
struct StoreVerifyCommand: Command {
    var global = GlobalArguments()
    var all = false
    var paths: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        line.flag("--all", sets: &all, "Check every path, which is what happens without paths as well.")
        try line.positionals("paths", addsTo: &paths, "Store paths.")
    }

    func run() throws {
        let store = try global.openStore()
        let directory = store.layout.storeDirectory
        var failures = 0
        if paths.isEmpty {
            // Looking at the roots removes those whose links are gone.
            _ = try store.roots()
            try store.verify(checkingContents: true) { finding in
                StandardStreams.error(finding.message(in: directory) + "\n")
                if finding.isError { failures += 1 }
            }
        }
        for text in paths {
            let path = try directory.parsePrefix(ByteString(text)).path
            guard let finding = try store.modification(of: path) else { continue }
            failures += 1
            StandardStreams.error(finding.message(in: directory) + "\n")
        }
        if failures > 0 { throw CommandFailure(nil, code: 1) }
    }
}
