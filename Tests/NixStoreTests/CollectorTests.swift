import Foundation
import NixFormats
import NixStore
import Testing

/// Roots, collection and verification.
struct CollectorTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Adds a text and one that refers to it, with a store object that is gone afterwards, so that no temporary root stays.
    private func addChain(_ name: String) throws -> (leaf: StorePath, top: StorePath) {
        let store = try directory.store()
        let leaf = try store.addText(name: "\(name)-leaf".bytes, contents: "leaf")
        let top = try store.addText(name: "\(name)-top".bytes, contents: leaf.baseName, references: [leaf])
        return (leaf, top)
    }

    @Test func rootsKeepWhatTheyNeed() throws {
        let kept = try addChain("kept")
        let lost = try addChain("lost")
        let link = directory.path.appending("project/result")
        try directory.store().addRoot(link, to: kept.top)
        let store = try directory.store()
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: link.description)
                == store.realPath(kept.top).description)
        #expect(try store.deadPaths() == SortedSet([lost.leaf, lost.top]))
        var reported: [String] = []
        let result = try store.collectGarbage { reported.append($0.description) }
        #expect(result.deleted == [lost.top.baseName, lost.leaf.baseName])
        #expect(reported == result.deleted.map { "/nix/store/\($0)" })
        #expect(result.bytesFreed > 0)
        #expect(try store.validPaths() == SortedSet([kept.leaf, kept.top]))
        try FileManager.default.removeItem(atPath: link.description)
        #expect(try store.collectGarbage().deleted == [kept.top.baseName, kept.leaf.baseName])
        let left = try FileManager.default.contentsOfDirectory(atPath: store.layout.realStoreDirectory.description)
        #expect(left == [".links"])
    }

    @Test func temporaryRootsOfOtherStoreObjectsAreKept() throws {
        let builder = try directory.store()
        let path = try builder.addText(name: "in-use", contents: "in use")
        let collector = try directory.store()
        #expect(try collector.collectGarbage().deleted.isEmpty)
        let collection = try collector.livePaths()
        #expect(collection == [path])
        #expect(try builder.isValid(path))
    }

    @Test func leftoversGoAndLockedStagingStays() throws {
        let store = try directory.store()
        let staging = try store.makeStagingDirectory()
        let folder = store.layout.realStoreDirectory
        try run("/bin/mkdir", ["-p", folder.appending("tmp-1-0/x/y").description])
        try run("/bin/mkdir", ["-p", folder.appending("qa1w9gdfrba6jl2r57mb3c43863gqywp-unfinished/x").description])
        try run("/usr/bin/touch", [folder.appending("qa1w9gdfrba6jl2r57mb3c43863gqywp-unfinished.lock").description])
        let deleted = try directory.store().collectGarbage().deleted.map(\.description)
        #expect(
            deleted == [
                "qa1w9gdfrba6jl2r57mb3c43863gqywp-unfinished", "qa1w9gdfrba6jl2r57mb3c43863gqywp-unfinished.lock",
                "tmp-1-0",
            ])
        #expect(staging.path.exists)
    }

    @Test func livePathIsNotDeleted() throws {
        let chain = try addChain("x")
        let store = try directory.store()
        try store.addRoot(directory.path.appending("result"), to: chain.top)
        var options = CollectionOptions()
        options.paths = [chain.leaf]
        #expect(
            throws: StoreError(
                .inUse,
                "Cannot delete path '/nix/store/\(chain.leaf)' since it is still alive. To find out why, use: nix-store --query --roots and nix-store --query --referrers"
            )
        ) {
            try store.collectGarbage(options)
        }
    }

    @Test func rootDoesNotReplaceSomethingElse() throws {
        let chain = try addChain("x")
        let file = try directory.write("result", "mine")
        #expect(throws: StoreError(.inUse, "cannot create symlink \"\(file)\"; already exists")) {
            try directory.store().addRoot(file, to: chain.top)
        }
    }

    @Test func verificationFindsWhatChanged() throws {
        let store = try directory.store()
        let good = try store.addText(name: "good", contents: "good")
        let bad = try store.addText(name: "bad", contents: "bad")
        let gone = try store.addText(name: "gone", contents: "gone")
        let needed = try store.addText(name: "needed", contents: "needed")
        let user = try store.addText(name: "user", contents: "user", references: [needed])
        var findings: [VerificationFinding] = []
        try store.verify(checkingContents: true) { findings.append($0) }
        #expect(findings.isEmpty)

        let expected = try store.requireInfo(bad).narHash
        let file = store.realPath(bad).description
        guard chmod(file, 0o644) == 0 else { throw StoreError(.system(errno), "chmod") }
        try Data("changed".utf8).write(to: URL(fileURLWithPath: file))
        for path in [gone, needed] { try FileManager.default.removeItem(atPath: store.realPath(path).description) }
        let got = try TreeDump.hash(store.realPath(bad)).hash
        try store.verify(checkingContents: true) { findings.append($0) }
        #expect(
            Set(findings.map { $0.message(in: .standard) })
                == Set([
                    "path '/nix/store/\(gone)' disappeared, removing from database...",
                    "path '/nix/store/\(needed)' disappeared, but it still has valid referrers!",
                    """
                    path '/nix/store/\(bad)' was modified! expected hash '\(expected.printed(.nix32, withAlgorithm: true))', \
                    got '\(got.printed(.nix32, withAlgorithm: true))'
                    """,
                ]))
        #expect(findings.filter(\.isError).count == 2)
        let fresh = try directory.store()
        #expect(try fresh.validPaths() == SortedSet([good, bad, needed, user]))
    }
}
