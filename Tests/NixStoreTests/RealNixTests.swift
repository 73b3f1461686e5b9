import Foundation
import NixFormats
import NixStore
import Testing

/// Real Nix (`nix-store` of the Debian package nix-bin) and this program on one store.
struct RealNixTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs `nix-store` on the store and gives its lines.
    @discardableResult
    private func nixStore(_ arguments: String...) throws -> [String] {
        let output = try run(
            "/usr/bin/env",
            ["nix-store", "--store", directory.path.appending("store").description] + arguments,
            environment: ["HOME": directory.path.description, "NIX_CONF_DIR": directory.path.description])
        return output.split(separator: "\n").map(String.init)
    }

    private func fill(_ store: LocalStore) throws -> (
        tree: StorePath, leaf: StorePath, top: StorePath, derivation: StorePath
    ) {
        try directory.write("tree/a", "hello\n")
        try directory.write("tree/sub/run", "#!/bin/sh\n", mode: 0o755)
        try run("/bin/ln", ["-s", "../a", directory.path.appending("tree/sub/link").description])
        let tree = try store.addPath(directory.path.appending("tree"), name: "tree")
        let leaf = try store.addText(name: "leaf", contents: "leaf")
        let top = try store.addText(name: "top", contents: leaf.baseName, references: [leaf])
        var derivation = Derivation(name: "fixed", system: "builtin", builder: "builtin:nothing")
        let address = ContentAddress(method: .nar, hash: .fake(.sha256))
        derivation.outputs = ["out": .fixed(address)]
        derivation.inputSources = [top]
        let out = try StoreDirectory.standard.fixedOutputPath(name: "fixed".utf8.map { $0 }, address: address)
        derivation.environment = ["out": "/nix/store/\(out)".bytes]
        let file = try derivation.file(in: .standard)
        try store.addDerivation(file)
        return (tree, leaf, top, file.path)
    }

    @Test func opensVerifiesAndQueriesOurStore() throws {
        var added: (tree: StorePath, leaf: StorePath, top: StorePath, derivation: StorePath)
        do { added = try fill(directory.store()) }
        try nixStore("--verify", "--check-contents")
        #expect(try nixStore("--query", "--references", "/nix/store/\(added.top)") == ["/nix/store/\(added.leaf)"])
        #expect(try nixStore("--query", "--referrers", "/nix/store/\(added.top)") == ["/nix/store/\(added.derivation)"])
        #expect(
            try nixStore("--query", "--hash", "/nix/store/\(added.tree)")
                == [directory.store().requireInfo(added.tree).narHash.printed(.nix32, withAlgorithm: true).description])
        #expect(try nixStore("--query", "--outputs", "/nix/store/\(added.derivation)").count == 1)
        #expect(try nixStore("--add", directory.path.appending("tree").description) == ["/nix/store/\(added.tree)"])
    }

    @Test func collectsOurStoreButNotWhatIsRooted() throws {
        var added: (tree: StorePath, leaf: StorePath, top: StorePath, derivation: StorePath)
        do {
            let store = try directory.store()
            added = try fill(store)
            try store.addRoot(directory.path.appending("result"), to: added.top)
        }
        try nixStore("--gc")
        #expect(try directory.store().validPaths() == SortedSet([added.leaf, added.top]))
    }

    @Test func keepsOurTemporaryRoots() throws {
        let store = try directory.store()
        let added = try fill(store)
        try nixStore("--gc")
        #expect(try store.validPaths() == SortedSet([added.tree, added.leaf, added.top, added.derivation]))
    }

    @Test func weOpenVerifyAndCollectItsStore() throws {
        try directory.write("tree/a", "hello\n")
        let path = try nixStore("--add", directory.path.appending("tree").description)[0]
        let store = try directory.store()
        let own = try StoreDirectory.standard.parse(path.bytes)
        #expect(try store.validPaths() == [own])
        let info = try store.requireInfo(own)
        #expect(info.contentAddress == ContentAddress(method: .nar, hash: info.narHash))
        #expect(try store.path(hashPart: Array(own.hashPart)) == own)
        var findings: [VerificationFinding] = []
        try store.verify(checkingContents: true) { findings.append($0) }
        #expect(findings.isEmpty)
        #expect(try store.collectGarbage().deleted == [own.baseName])
        #expect(try nixStore("--dump-db").isEmpty)
    }
}
