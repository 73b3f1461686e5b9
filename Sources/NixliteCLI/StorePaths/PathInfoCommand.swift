import NixBuild
import NixFormats
import NixStore

/// `nixlite path-info`: what the store knows of paths.
struct PathInfoCommand: Command {
    var selection = StorePathArguments()
    var all = false
    var size = false
    var closureSize = false
    var humanReadable = false
    var sigs = false
    var json = false
    var jsonFormat: Int?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        line.flag("--all", sets: &all, "Show every path of the store.")
        line.flag("-s", "--size", sets: &size, "Print the size of each path's NAR.")
        line.flag("-S", "--closure-size", sets: &closureSize, "Print the size of each path's closure.")
        line.flag("-h", "--human-readable", sets: &humanReadable, "Print sizes with units.")
        line.flag("--sigs", sets: &sigs, "Print signatures.")
        line.flag("--json", sets: &json, "Print JSON.")
        try line.option("--json-format", sets: &jsonFormat, "version", "The version of the JSON: 1 or 2.")
        try selection.declare(&line)
    }

    func run() throws {
        if let jsonFormat, jsonFormat != 1, jsonFormat != 2 {
            throw CommandFailure(
                "unsupported path info JSON format version \(jsonFormat); supported versions are 1 and 2")
        }
        try selection.session().run { session, display in
            let store = try session.access.store()
            let paths = all ? try store.validPaths() : try selection.paths(session, display)
            guard json else { return try print(paths, store) }
            if jsonFormat == nil {
                display.report(
                    .warning(
                        "'--json' without '--json-format' is deprecated; please specify '--json-format 1' or '--json-format 2'. This will become an error in a future release."
                    ))
            }
            let printer = PathInfoJSON(
                directory: store.layout.storeDirectory, usesFullPaths: jsonFormat != 2)
            var members: [(ByteString, JSONValue)] = []
            for path in paths {
                guard let info = try store.info(path) else {
                    members.append((printer.key(path), .null))
                    continue
                }
                let size = closureSize ? try Self.closureSize(path, store) : nil
                members.append((printer.key(path), printer.json(info, closureSize: size)))
            }
            StandardStreams.outputLine(try printer.document(members).printed())
        }
    }

    private func print(_ paths: SortedSet<StorePath>, _ store: LocalStore) throws {
        let directory = store.layout.storeDirectory
        let width = paths.map { directory.print($0).bytes.count }.max() ?? 0
        for path in try store.inDependencyOrder(paths) {
            let info = try store.requireInfo(path)
            var line = directory.print(path).description
            if size || closureSize || sigs {
                line += String(repeating: " ", count: max(0, width - line.utf8.count))
            }
            if size { line += "\t" + text(ofSize: info.narSize) }
            if closureSize { line += "\t" + text(ofSize: try Self.closureSize(path, store)) }
            if sigs {
                var words: [String] = []
                if info.isUltimate { words.append("ultimate") }
                if let address = info.contentAddress { words.append("ca:\(address.printed())") }
                words += info.signatures.map(\.description)
                line += "\t" + words.joined(separator: " ")
            }
            StandardStreams.output(line + "\n")
        }
    }

    private static func closureSize(_ path: StorePath, _ store: LocalStore) throws -> UInt64 {
        var total: UInt64 = 0
        for member in try store.closure([path]) { total &+= try store.requireInfo(member).narSize }
        return total
    }

    /// Eleven characters, or with units ten.
    private func text(ofSize bytes: UInt64) -> String {
        let (text, width) = humanReadable ? (ProgressLine.roundedSize(bytes), 10) : ("\(bytes)", 11)
        return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}

/// What the store knows of paths, as JSON of version 1 or 2.
///
/// Source: "Store object info" in the Nix manual.
struct PathInfoJSON {
    let directory: StoreDirectory
    /// Version 1; version 2 has base names.
    let usesFullPaths: Bool

    private var version: JSONValue { .number(usesFullPaths ? "1" : "2") }
    private var storeDirectory: JSONValue { .string(directory.path) }

    func key(_ path: StorePath) -> ByteString { usesFullPaths ? directory.print(path) : path.baseName }

    func json(_ info: PathInfo, closureSize: UInt64?) -> JSONValue {
        var members: SortedMap<ByteString, JSONValue> = [
            "ca": info.contentAddress.map(address) ?? .null,
            "deriver": info.deriver.map { .string(key($0)) } ?? .null,
            "narHash": .string(info.narHash.sri),
            "narSize": .number(ByteString("\(info.narSize)")),
            "references": .array(info.references.map { .string(key($0)) }),
            "registrationTime": .number(ByteString("\(info.registrationTime)")),
            "signatures": .array(info.signatures.map { .string($0) }),
            "storeDir": storeDirectory,
            "ultimate": .bool(info.isUltimate),
            "version": version,
        ]
        if let closureSize { members["closureSize"] = .number(ByteString("\(closureSize)")) }
        return .object(members)
    }

    private func address(_ address: ContentAddress) -> JSONValue {
        if usesFullPaths { return .string(address.printed()) }
        return .object(["hash": .string(address.hash.sri), "method": .string(ByteString("\(address.method.name)"))])
    }

    func document(_ members: [(ByteString, JSONValue)]) -> JSONValue {
        let info = JSONValue.object(SortedMap(members))
        if usesFullPaths { return info }
        return .object(["info": info, "storeDir": storeDirectory, "version": version])
    }
}
