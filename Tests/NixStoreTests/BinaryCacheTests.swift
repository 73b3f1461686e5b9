import Foundation
import NixFetch
import NixFormats
import NixStore
import Testing

/// Binary caches in a folder.
///
/// Those behind servers are in Tests/EndToEndTests/test_fetch_closure.py.
struct BinaryCacheTests {
    private let directory: TemporaryDirectory
    private let source: LocalStore
    private let target: LocalStore
    private let key: SecretKey

    init() throws {
        directory = try TemporaryDirectory()
        source = try directory.store("source")
        target = try directory.store("target")
        key = try SecretKey(generatingWithName: "test-1")
    }

    /// Writes objects of `source` into the folder of a cache.
    private func export(_ paths: [StorePath], signed: Bool = false) throws {
        try directory.write("cache/nix-cache-info", "StoreDir: /nix/store\n")
        for path in paths {
            let info = try source.requireInfo(path)
            var nar: [UInt8] = []
            try TreeDump.dump(source.realPath(path)) { nar.append(contentsOf: $0) }
            let file = try directory.write("cache/nar/\(path).nar", "")
            try Data(nar).write(to: URL(fileURLWithPath: file.description))
            var narInfo = NARInfo(
                path: path, url: ByteString("nar/\(path).nar"), compression: .none,
                fileHash: Digester.hash(.sha256, ByteString(nar)), fileSize: UInt64(nar.count), narHash: info.narHash,
                narSize: info.narSize, references: info.references, deriver: info.deriver,
                contentAddress: info.contentAddress)
            if signed { try narInfo.sign(with: key, store: .standard) }
            let name = String(decoding: path.hashPart, as: UTF8.self)
            try directory.write("cache/\(name).narinfo", narInfo.printed(store: .standard).description)
        }
    }

    private func copy(_ path: StorePath, trusted: [PublicKey] = [], requiresSignatures: Bool = true) async throws {
        let cache = try await BinaryCache(
            "file://\(directory.path.appending("cache"))/", storeDirectory: .standard,
            downloader: Downloader(environment: FetchEnvironment(variables: [:])))
        try await ClosureCopy(
            from: cache, to: target,
            policy: SignaturePolicy(trustedKeys: trusted, requiresSignatures: requiresSignatures),
            staging: target.makeStagingDirectory(), partials: directory.path.appending("partials")
        ) { _ in }.copy([path])
    }

    @Test func copiesAClosure() async throws {
        let leaf = try source.addText(name: "leaf", contents: "leaf")
        let top = try source.addText(name: "top", contents: leaf.baseName, references: [leaf])
        try export([leaf, top])
        try await copy(top)
        for path in [leaf, top] {
            var (ours, theirs) = (try target.requireInfo(path), try source.requireInfo(path))
            (ours.registrationTime, theirs.registrationTime) = (0, 0)
            #expect(ours == theirs)
            #expect(try target.readFile(path) == source.readFile(path))
        }
    }

    /// An object whose path says nothing of its content needs a signature, which is kept.
    @Test func asksForSignatures() async throws {
        try directory.write("tree/a", "hello\n")
        let staging = try source.makeStagingDirectory()
        try run(
            "/bin/cp", ["-r", directory.path.appending("tree").description, staging.path.appending("x").description])
        let path = try StorePath(baseName: "00000000000000000000000000000000-built")
        let staged = try source.examine(staging.path.appending("x"))
        let deriver = try StorePath(baseName: "11111111111111111111111111111111-built.drv")
        _ = try source.addOutput(staged, at: path, deriver: deriver)
        try export([path])
        let untrusted = StoreError(
            .untrusted, "cannot add path '/nix/store/\(path)' because it lacks a signature by a trusted key")
        await #expect(throws: untrusted) { try await copy(path, trusted: [key.publicKey]) }
        try export([path], signed: true)
        await #expect(throws: untrusted) { try await copy(path) }
        #expect(try target.validPaths().elements.isEmpty)
        try await copy(path, trusted: [key.publicKey])
        let info = try target.requireInfo(path)
        #expect(info.deriver == deriver && !info.isUltimate)
        #expect(info.signatures.elements.count == 1)
        #expect(try TreeDump.hash(target.realPath(path)).hash == info.narHash)
    }

    @Test(arguments: ["../../outside.nar", "file:///etc/passwd"]) func staysInItsFolder(url: String) async throws {
        let leaf = try source.addText(name: "leaf", contents: "leaf")
        try export([leaf])
        let file = directory.path.appending("cache/\(String(decoding: leaf.hashPart, as: UTF8.self)).narinfo")
        let text = try String(contentsOfFile: file.description, encoding: .utf8)
        try text.replacing("URL: nar/\(leaf).nar", with: "URL: \(url)").write(
            toFile: file.description, atomically: true, encoding: .utf8)
        await #expect(throws: StoreError.self) { try await copy(leaf) }
        #expect(try target.validPaths().elements.isEmpty)
    }

    @Test func aFolderThatIsNoCacheSaysSo() async throws {
        let path = try StorePath(baseName: "00000000000000000000000000000000-x")
        let message = "'file://\(directory.path)/cache' does not appear to be a binary cache"
        await #expect(throws: StoreError(.badReference, message)) { try await copy(path) }
        try export([])
        await #expect(throws: StoreError(.notValid, "path '/nix/store/\(path)' is not valid")) { try await copy(path) }
    }

    /// What is written can be copied back; Nix 2.34 made the same files of this object, but for `br`.
    static let packings: [(NARInfo.Compression, String)] = [
        (.none, "1a0vvi41sspf08dyc4y7ibc2ldg4gcc3adz1br40vpsllrjcd4ch.nar"),
        (.xz, "0m7k10lgny0dvgcyl7ap617pih688ic85i6xvy97lv4gwdkmhi47.nar.xz"),
        (.bzip2, "0pml11qwa4snwk8iqzsiw0kdry94id9y5javps8f8gqb3b8h6209.nar.bz2"),
        (.zstd, ""), (.gzip, ""), (.lzma, ""), (.lz4, ""),
    ]

    @Test(arguments: packings) func writesWhatCanBeCopied(compression: NARInfo.Compression, archive: String)
        async throws
    {
        let leaf = try source.addText(name: "leaf", contents: "leaf text\n")
        let top = try source.addText(name: "top", contents: leaf.baseName, references: [leaf])
        var options = BinaryCacheWriter.Options()
        options.compression = compression
        options.keys = [key]
        let folder = directory.path.appending("cache")
        try BinaryCacheWriter(folder, from: source, options: options).write([top])
        let files = FileManager.default
        if !archive.isEmpty { #expect(files.fileExists(atPath: folder.appending("nar/\(archive)").description)) }
        #expect(try files.contentsOfDirectory(atPath: folder.description).count == 4)
        try await copy(top)
        #expect(try target.requireInfo(leaf).signatures.elements.count == 1)
        #expect(try target.readFile(leaf) == Array("leaf text\n".utf8))
        var lines: [String] = []
        try BinaryCacheWriter(folder, from: source, options: options) { lines.append($0) }.write([top])
        #expect(lines.isEmpty)
    }
}
