import Foundation
import NixFormats
import NixStore
import Testing

/// Adding files, trees, texts and derivations.
///
/// The expected paths and hashes are what Nix 2.34 gives for the same input.
struct AddingTests {
    private let directory: TemporaryDirectory
    private let store: LocalStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    @Test func textsAndADerivation() throws {
        let hello = try store.addText(name: "hello.txt", contents: "hello\n")
        #expect(hello.description == "qa1w9gdfrba6jl2r57mb3c43863gqywp-hello.txt")
        #expect(try store.addText(name: "hello.txt", contents: "hello\n") == hello)
        let info = try store.requireInfo(hello)
        #expect(info.contentAddress?.description == "text:sha256:00xyyr3fi8l6hb839bv3f7yb86yjv7xi1cgh1xnhipym4asvb4aq")
        #expect(info.narHash.description == "sha256-HDfQGvQL4ugGkd48w99EN3ppmvuxfGjwgJZLL9Bx/BM=")
        #expect(info.narSize == 120)
        #expect(info.references.isEmpty && info.signatures.isEmpty && info.deriver == nil && !info.isUltimate)
        #expect(abs(info.registrationTime - Int64(Date().timeIntervalSince1970)) < 600)
        let status = try store.realPath(hello).status
        #expect(status.st_mode & 0o7777 == 0o444)
        #expect(status.st_mtim.tv_sec == 1)

        let reference = try store.addText(
            name: "ref.txt", contents: "see /nix/store/\(hello)\n".bytes, references: [hello])
        #expect(reference.description == "3cmrvzmwi8kl03zzg5i25crdy3pjz95w-ref.txt")
        #expect(try store.requireInfo(reference).references == [hello])

        var derivation = Derivation(name: "thing", system: "x86_64-linux", builder: "/bin/sh")
        derivation.inputSources = [reference]
        derivation.arguments = ["-c", "/nix/store/\(reference)".bytes]
        let out = try StorePath.named("spk79945iih6gyzrdpcjb27qai7md8ry-thing")
        let dev = try StorePath.named("fbp0c3rjzkv9l5npjg8jf9qaapp3yq40-thing-dev")
        derivation.outputs = ["dev": .inputAddressed(dev), "out": .inputAddressed(out)]
        derivation.environment = [
            "builder": "/bin/sh", "dev": "/nix/store/\(dev)".bytes, "name": "thing",
            "out": "/nix/store/\(out)".bytes, "outputs": "out dev", "system": "x86_64-linux",
        ]
        let file = try derivation.file(in: .standard)
        try store.addDerivation(file)
        let path = file.path
        #expect(path.description == "110wn156f5lkskd7ry95f45s9hqs75jp-thing.drv")
        #expect(try store.readDerivation(path) == derivation)
        #expect(try store.derivationOutputs(path).map(\.path) == [dev, out])
        #expect(try store.validDerivers(dev) == [path])
        #expect(
            try store.requireInfo(path).narHash.description == "sha256-TNSKhOmyB7aTYyI0IDd3igshMqxm2mDitqKXzEFKAjU=")
        #expect(try store.closure([path]) == SortedSet([hello, reference, path]))
        #expect(try store.closure([hello], .referrers) == SortedSet([hello, reference, path]))
        #expect(try store.sortedByReferences([path, hello, reference]) == [hello, reference, path])
    }

    /// Files with and without execution bit, links, an empty folder, names whose order differs by locale.
    private func makeTree() throws -> RealPath {
        try directory.write("st-tree/a", "hello\n", mode: 0o600)
        try directory.write("st-tree/run", "#!/bin/sh\n", mode: 0o755)
        try directory.write("st-tree/dir/B", "x")
        try directory.write("st-tree/dir/a", "y")
        try directory.write("st-tree/b.c", "z")
        let tree = directory.path.appending("st-tree").description
        try run("/bin/mkdir", [tree + "/dir/empty", tree + "/b"])
        try run("/bin/ln", ["-s", "a", tree + "/link"])
        try run("/bin/ln", ["-s", "/nonexistent", tree + "/dir/dangling"])
        return directory.path.appending("st-tree")
    }

    @Test(arguments: [
        (HashAlgorithm.sha256, "j3l3bizlzh7h1xm3fa44r1ykbys936cj", "9q533j0pd00jvfqqlclqnnnjf8dsxjgk"),
        (.sha1, "2dmfwbsw0h6yqpd8yc3b6sf936wppgy7", "ggq9sq7qfnb6sz0agk3jymcywh1ylazg"),
        (.sha512, "rkwild4w8k7vb0bxh7rkcvhwhd9kc30q", "r3r9lr0l37bdz81qdwn0whcnxl6nwvql"),
        (.md5, "7fi4p51h49afk4f0by074dx4h5f3x4lq", "hh7kdiih2pksn6zm9i4q1dia572a98hm"),
    ])
    func pathsByEveryAlgorithm(algorithm: HashAlgorithm, tree: String, flat: String) throws {
        let source = try makeTree()
        let added = try store.addPath(source, name: "st-tree", algorithm: algorithm)
        #expect(added.description == tree + "-st-tree")
        let info = try store.requireInfo(added)
        #expect(info.narHash.nix32 == "09vmdibdh0a2fvqjc791jrksv2yn6fqlgxbf8pirm205ylx4x8bz")
        #expect(try TreeDump.hash(store.realPath(added)) == PathDigest(hash: info.narHash, size: info.narSize))
        let file = try store.addPath(source.appending("run"), name: "run", method: .flat, algorithm: algorithm)
        #expect(file.description == flat + "-run")
        #expect(try store.realPath(file).status.st_mode & 0o7777 == 0o444)
        let modes = try ["", "/a", "/run", "/dir", "/dir/empty", "/dir/B"].map {
            try RealPath(store.realPath(added).description + $0).status.st_mode & 0o7777
        }
        #expect(modes == [0o555, 0o444, 0o555, 0o555, 0o555, 0o444])
        #expect(try store.realPath(added).appending("link").status.st_mtim.tv_sec == 1)
        #expect(try store.realPath(added).status.st_mtim.tv_sec == 1)
    }

    @Test func filterIsAskedOnceAndInOrder() throws {
        let source = try makeTree()
        var asked: [String] = []
        let path = try store.addPath(source, name: "filtered") { (path, kind) throws(StoreError) in
            asked.append("\(String(decoding: path.lastComponent, as: UTF8.self)) \(kind)")
            return path.lastComponent != Array("dir".utf8) && kind != .symlink
        }
        #expect(asked == ["a regular", "b directory", "b.c regular", "dir directory", "link symlink", "run regular"])
        let names = try FileManager.default.contentsOfDirectory(atPath: store.realPath(path).description)
        #expect(names.sorted() == ["a", "b", "b.c", "run"])
        #expect(throws: StoreError(.interrupted, "stopped")) {
            try store.addPath(source, name: "x") { (_, _) throws(StoreError) in
                throw StoreError(.interrupted, "stopped")
            }
        }
    }

    @Test func refusesWhatCannotBeStored() throws {
        try run("/usr/bin/mkfifo", [directory.path.appending("fifo").description])
        let fifo = directory.path.appending("fifo")
        #expect(throws: StoreError(.unsupportedFile, "file '\(fifo)' has an unsupported type")) {
            try store.addPath(fifo, name: "fifo")
        }
        #expect(throws: StoreError.self) { try store.addText(name: "a/b", contents: "") }
        #expect(throws: StoreError.self) {
            try store.addText(name: "x", contents: "", references: [.named("qa1w9gdfrba6jl2r57mb3c43863gqywp-no")])
        }
        var deep = "deep"
        for _ in 0..<64 { deep += "/d" }
        try run("/bin/mkdir", ["-p", directory.path.appending(deep).description])
        #expect(throws: StoreError.self) { try store.addPath(directory.path.appending("deep"), name: "deep") }
        #expect(try store.validPaths().isEmpty)
        let left = try FileManager.default.contentsOfDirectory(atPath: store.layout.realStoreDirectory.description)
        #expect(left == [".links"])
    }

    @Test func largeFilesAreReadAhead() throws {
        let file = directory.path.appending("large")
        var contents = Data(count: 7_000_001)
        for index in stride(from: 0, to: contents.count, by: 4093) {
            contents[index] = UInt8(truncatingIfNeeded: index)
        }
        try contents.write(to: URL(fileURLWithPath: file.description))
        let flat = try TreeDump.hash(file, method: .flat)
        #expect(flat.size == 7_000_001)
        #expect(flat.hash == Digester.hash(.sha256, Array(contents)))
        let path = try store.addPath(file, name: "large")
        #expect(try Data(contentsOf: URL(fileURLWithPath: store.realPath(path).description)) == contents)
    }
}

extension String {
    /// The text as the bytes that the store deals in.
    var bytes: ByteString { ByteString(self) }
}
