import NixBuild
import NixFormats
import NixStore

/// `nixlite copy`: store objects with all that they refer to, from or to a binary cache.
struct CopyCommand: Command {
    var global = GlobalArguments()
    var source: String?
    var target: String?
    var checksNoSignatures = false
    var paths: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        try line.option("--from", sets: &source, "store", "The binary cache to copy from: an http, https or file URL.")
        try line.option(
            "--to", sets: &target, "store",
            "The binary cache to copy to: a file URL; ?compression=… and ?secret-key=… may follow. With --from, a store."
        )
        line.flag("--no-check-sigs", sets: &checksNoSignatures, "Take objects that no trusted key has signed.")
        try line.positionals("paths", addsTo: &paths, isRequired: true, "Store paths.")
    }

    func run() throws {
        guard source != nil || target != nil else {
            throw UsageError("you must pass '--from' and/or '--to'")
        }
        var flags = try SessionFlags(global)
        if checksNoSignatures { try flags.settings.set("require-sigs", "false") }
        if source != nil, let target {
            guard !target.contains("://") else {
                throw CommandFailure(
                    "copying from one binary cache to another is not supported by this version of nixlite")
            }
            flags.store = target
        }
        try CommandSession(flags: flags).run { session, display in
            let objects = try paths.map { try storePath($0, session) }
            if let source {
                try session.host.copyClosure(objects, from: source)
            } else if let target {
                let (folder, options) = try session.host.cacheFolder(target)
                try BinaryCacheWriter(folder, from: session.access.store(), options: options) { line in
                    display.report(.text(Array(line.utf8)))
                }.write(objects)
            }
        }
    }

    /// The store object of a path, which may lead there by links.
    private func storePath(_ text: String, _ session: Session) throws -> StorePath {
        let directory = session.host.storeDirectory
        var path = Array(Paths.absolute(text, from: Paths.currentDirectory()).utf8)
        if !directory.contains(ByteString(path)) { path = try session.host.resolveSymbolicLinks(path) }
        return try directory.parsePrefix(ByteString(path)).path
    }
}
