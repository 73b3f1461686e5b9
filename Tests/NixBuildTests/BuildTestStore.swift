import Foundation
import NixFetch
import NixFormats
import NixStore
import Synchronization

@testable import NixBuild

/// A store in a temporary folder, and what a realisation in it reports.
final class BuildTestStore: @unchecked Sendable {
    let folder: String
    let store: LocalStore
    private let events = Events()

    /// - Parameter isChroot: files lie elsewhere than paths say.
    init(isChroot: Bool = false) throws {
        guard let root = FileModes.makeTemporaryFolder(RealPath("/tmp/nixlite-build-")) else {
            throw FileOperationError("creating directory", RealPath("/tmp/nixlite-build-"))
        }
        folder = root.description
        let layout =
            isChroot
            ? StoreLayout(chroot: root)
            : StoreLayout(
                storeDirectory: StoreDirectory(ByteString(root.appending("store").bytes)),
                realStoreDirectory: root.appending("store"), stateDirectory: root.appending("var"),
                logDirectory: root.appending("log"))
        store = try LocalStore(layout)
    }

    deinit {
        _ = try? TreeRemoval.remove(RealPath(folder))
    }

    /// Everything that was reported, a line each.
    var reported: [String] { events.lines.withLock { $0 } }

    func realiser(_ change: (inout BuildOptions) -> Void = { _ in }) -> Realiser {
        var options = BuildOptions()
        options.systems = ["x86_64-linux"]
        change(&options)
        return Realiser(
            store: store, options: options,
            services: BuildServices(environment: FetchEnvironment(variables: ["FOO": "1"])),
            cancellation: Cancellation()
        ) { [events] event in
            let line: String? =
                switch event {
                case .planned(let work): "planned \(work.builds.count)"
                case .building(let path): "building \(path.split(separator: "-").last ?? "")"
                case .logLine(let name, let line): "\(name)> \(String(decoding: line, as: UTF8.self))"
                case .error(let text): "error: \(text)"
                case .warning(let text): "warning: \(text)"
                case .built, .copying, .copied, .progress, .retrying, .identified, .progressEnded, .note, .text: nil
                }
            if let line { events.lines.withLock { $0.append(line) } }
        }
    }

    /// A derivation with input-addressed outputs, in the store.
    func derivation(
        _ name: String, script: String, outputs: [String] = ["out"], environment: [String: String] = [:],
        inputs: [StorePath] = []
    ) throws -> StorePath {
        var derivation = Derivation(name: ByteString(name))
        derivation.system = "x86_64-linux"
        derivation.builder = "/bin/sh"
        derivation.arguments = ["-c", ByteString(script)]
        for (key, value) in environment { derivation.environment[ByteString(key)] = ByteString(value) }
        for input in inputs { derivation.inputDerivations[input] = ["out"] }
        for output in outputs { derivation.outputs[ByteString(output)] = .deferred }
        derivation.environment["name"] = ByteString(name)
        let storeDirectory = store.layout.storeDirectory
        var hasher = DerivationHasher(store: storeDirectory)
        let file = try hasher.finish(DerivationText(derivation, store: storeDirectory)) { path throws(FormatError) in
            do { return try self.store.readDerivation(path) } catch { throw FormatError(.derivation, "\(error)") }
        }
        try store.addDerivation(file)
        return file.path
    }

    /// A fixed-output derivation in the store.
    func fixed(
        _ name: String, builder: String, hash: NixHash, method: ContentAddressMethod = .flat,
        environment: [String: String]
    ) throws -> StorePath {
        var derivation = Derivation(name: ByteString(name))
        derivation.system = "builtin"
        derivation.builder = ByteString(builder)
        for (key, value) in environment { derivation.environment[ByteString(key)] = ByteString(value) }
        derivation.outputs["out"] = .fixed(ContentAddress(method: method, hash: hash))
        derivation.environment["name"] = ByteString(name)
        let storeDirectory = store.layout.storeDirectory
        derivation.environment["out"] = storeDirectory.print(try derivation.outputPath("out", in: storeDirectory)!)
        let file = try derivation.file(in: storeDirectory)
        try store.addDerivation(file)
        return file.path
    }

    /// Where the output of a derivation lies.
    func realOutput(_ path: StorePath, _ output: String = "out") throws -> String {
        let derivation = try store.readDerivation(path)
        return store.realPath(
            try derivation.outputPath(ByteString(output), in: store.layout.storeDirectory)!
        ).description
    }

    func printed(_ path: StorePath) -> String { store.layout.storeDirectory.print(path).description }

    /// Writes a file in the test's folder and returns its `file:` URL.
    func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        return "file://\(folder)/\(name)"
    }
}

private final class Events: Sendable {
    let lines = Mutex<[String]>([])
}

/// Runs `body` on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Blocking.startThread { continuation.resume(returning: body()) }
    }
}
