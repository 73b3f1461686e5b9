import ArgumentParser
import NixBuild
import NixFormats
import NixStore

/// `nixlite store`: the store itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Add to, verify and query the store",
        subcommands: [StoreAddCommand.self, StoreVerifyCommand.self, StorePathInfoCommand.self])
}

extension GlobalArguments {
    /// The store that these flags name, opened.
    func openStore() throws -> LocalStore {
        do throws(StoreError) {
            return try StoreAccess(store).store()
        } catch {
            throw CommandFailure(error.message)
        }
    }
}

/// `nixlite store add`: a file or folder under its content address.
struct StoreAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a file or folder to the store")
    @OptionGroup var global: GlobalArguments

    @Option(name: [.short, .long], help: "The name of the store object; by default the path's last part.")
    var name: String?

    @Option(help: "flat, or nar (also called recursive).")
    var mode = "nar"

    @Argument(help: "Files and folders.") var paths: [String]

    private static let methods: [String: ContentAddressMethod] = ["flat": .flat, "nar": .nar, "recursive": .nar]

    func run() throws {
        let store = try global.openStore()
        for path in paths {
            let place = Paths.absolute(path, from: Paths.currentDirectory())
            guard Paths.existsWithoutFollowing(place) else { throw CommandFailure("path '\(place)' does not exist") }
            guard let method = Self.methods[mode] else {
                throw CommandFailure("unknown file ingestion method, expect `flat`, `nar`, or `git`: \(mode)")
            }
            let added = try store.addPath(
                RealPath(place), name: ByteString(name ?? Paths.baseName(place)), method: method)
            StandardStreams.output(store.layout.storeDirectory.print(added).bytes + [UInt8(ascii: "\n")])
        }
    }
}

/// `nixlite store verify`: checks that every path has the contents that were registered.
struct StoreVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the contents of the store")
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Check every path, which is what happens without paths as well.")
    var all = false

    @Argument(help: "Store paths.") var paths: [String] = []

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
            let info = try store.requireInfo(path)
            let digest = try TreeDump.hash(store.realPath(path))
            guard digest.hash != info.narHash else { continue }
            failures += 1
            let finding = VerificationFinding.modified(path, expected: info.narHash, got: digest.hash)
            StandardStreams.error(finding.message(in: directory) + "\n")
        }
        if failures > 0 { throw CommandFailure(nil, code: 1) }
    }
}

/// `nixlite store path-info`: what the store knows of paths.
struct StorePathInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path-info", abstract: "Show what the store knows of paths")
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "Store paths.") var paths: [String]

    func run() throws {
        let store = try global.openStore()
        let directory = store.layout.storeDirectory
        var members: [(ByteString, JSONValue)] = []
        for text in paths {
            let path = try directory.parsePrefix(ByteString(text)).path
            let info = try store.requireInfo(path)
            guard json else {
                StandardStreams.output(directory.print(path).bytes + [UInt8(ascii: "\n")])
                continue
            }
            members.append((directory.print(path), Self.describe(info, directory)))
        }
        if json { StandardStreams.output(try JSONValue.object(SortedMap(members)).printed().bytes + [0x0a]) }
    }

    private static func describe(_ info: PathInfo, _ directory: StoreDirectory) -> JSONValue {
        .object([
            "ca": info.contentAddress.map { .string($0.printed()) } ?? .null,
            "deriver": info.deriver.map { .string(directory.print($0)) } ?? .null,
            "narHash": .string(info.narHash.sri),
            "narSize": .number(ByteString("\(info.narSize)")),
            "references": .array(info.references.map { .string(directory.print($0)) }),
            "registrationTime": .number(ByteString("\(info.registrationTime)")),
            "signatures": .array(info.signatures.map { .string($0) }),
            "ultimate": .bool(info.isUltimate),
        ])
    }
}
