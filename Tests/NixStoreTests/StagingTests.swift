import Foundation
import NixFormats
import NixStore
import Testing

/// Trees that are prepared in the store's file system and moved into place.
struct StagingTests {
    private let directory: TemporaryDirectory
    private let store: LocalStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    private func write(_ contents: String, to path: RealPath) throws {
        try Data(contents.utf8).write(to: URL(fileURLWithPath: path.description))
    }

    @Test func whatAKilledProcessLeftGoesAndWhatIsInUseStays() throws {
        let staging = try store.makeStagingDirectory()
        let abandoned = store.layout.realStoreDirectory.appending("tmp-999999999-0")
        try run("/bin/mkdir", ["-p", abandoned.appending("sub").description])
        try write("x", to: abandoned.appending("sub").appending("file"))
        try store.removeAbandonedStaging()
        #expect(!abandoned.exists && staging.path.exists)
    }

    @Test func wrongOutputIsRegisteredUnderItsRealHash() throws {
        let staging = try store.makeStagingDirectory()
        #expect(try staging.path.status.st_mode & 0o777 == 0o700)
        let tree = staging.path.appending("x")
        try run("/bin/mkdir", ["-p", tree.appending("sub").description])
        try write("hello\n", to: tree.appending("a"))
        guard chmod(tree.appending("a").description, 0o6711) == 0 else { throw StoreError(.system(errno), "chmod") }
        let staged = try store.examine(tree)
        let deriver = try StorePath.named("110wn156f5lkskd7ry95f45s9hqs75jp-thing.drv")
        let info = try store.addFixedOutput(staged, name: "model-raw", deriver: deriver)
        #expect(info.path.description == "6xsdqy7ci7hkav8yd8xax445s5n2m863-model-raw")
        #expect(info.contentAddress?.hash == info.narHash)
        #expect(info.deriver == deriver && info.isUltimate)
        #expect(try store.realPath(info.path).appending("a").status.st_mode & 0o7777 == 0o555)
        #expect(try store.realPath(info.path).status.st_mode & 0o7777 == 0o555)
        #expect(!tree.exists)
        try staging.remove()
        #expect(!staging.path.exists)

        let second = try store.makeStagingDirectory()
        let copy = second.path.appending("y")
        try run("/bin/cp", ["-r", store.realPath(info.path).description, copy.description])
        #expect(try store.addFixedOutput(store.examine(copy), name: "model-raw").path == info.path)
        #expect(!copy.exists)
    }

    /// A killed process left it unregistered, or one that no lock keeps out has just put it there.
    @Test func theVeryTreeThatLiesInPlaceStaysAndAnyOtherGoes() throws {
        let text = try store.layout.storeDirectory.textPath(
            name: Array("text".utf8), hash: Digester.hash(.sha256, "what it says"), references: [])
        let place = store.realPath(text)
        try write("what it says", to: place)
        let inode = try place.status.st_ino
        #expect(try store.addText(name: "text", contents: "what it says") == text)
        #expect(try place.status.st_ino == inode && place.status.st_mode & 0o777 == 0o444)

        let staging = try store.makeStagingDirectory()
        let tree = staging.path.appending("x")
        try run("/bin/mkdir", ["-p", tree.description])
        try write("hello", to: tree.appending("a"))
        let output = try StorePath.named("spk79945iih6gyzrdpcjb27qai7md8ry-view")
        let realOutput = store.realPath(output)
        try run("/bin/cp", ["-r", tree.description, realOutput.description])
        let folder = try realOutput.status.st_ino
        _ = try store.addOutput(store.examine(tree), at: output, deriver: nil)
        #expect(try realOutput.status.st_ino == folder && realOutput.status.st_mode & 0o777 == 0o555)
        #expect(!tree.exists)

        let other = try StorePath.named("110wn156f5lkskd7ry95f45s9hqs75jp-view")
        try run("/bin/mkdir", ["-p", tree.description, store.realPath(other).description])
        try write("hello", to: tree.appending("a"))
        try write("hell", to: store.realPath(other).appending("a"))
        _ = try store.addOutput(store.examine(tree), at: other, deriver: nil)
        #expect(try store.realPath(other).appending("a").status.st_size == 5)
    }

    @Test func referencesAreFoundWhileDigesting() throws {
        let needed = try store.addText(name: "needed", contents: "needed")
        let other = try store.addText(name: "other", contents: "other")
        let own = try StorePath.named("spk79945iih6gyzrdpcjb27qai7md8ry-view")
        let staging = try store.makeStagingDirectory()
        let tree = staging.path.appending("x")
        try run("/bin/mkdir", [tree.description])
        try run("/bin/ln", ["-s", "../\(needed)/config.json", tree.appending("config.json").description])
        try write(String(repeating: "-", count: 40_000) + "\(own)", to: tree.appending("self"))
        let staged = try store.examine(tree, candidates: [needed, other, own])
        #expect(staged.references == SortedSet([needed, own]))
        let info = try store.addOutput(staged, at: own, deriver: nil)
        #expect(info.references == SortedSet([needed, own]))
        #expect(info.contentAddress == nil)
        #expect(try store.referrers(needed) == [own])
        #expect(try store.closure([own]) == SortedSet([needed, own]))
    }

    @Test func knownDigestsAreNotComputedAgain() throws {
        let staging = try store.makeStagingDirectory()
        let file = staging.path.appending("x")
        try write("hello\n", to: file)
        let known = TreeDigests(
            nar: PathDigest(hash: NixHash(.sha256, Array(repeating: 7, count: 32)), size: 99),
            content: NixHash(.sha256, Array(repeating: 8, count: 32)))
        let staged = try store.examine(file, method: .flat, known: known)
        #expect(staged.nar == known.nar)
        #expect(staged.address.hash == known.content)
    }

    @Test func hardLinksDevicesAndExecutablesHashedFlatAreRefused() throws {
        let staging = try store.makeStagingDirectory()
        let outside = try directory.write("secret", "secret", mode: 0o600)
        try run("/bin/ln", [outside.description, staging.path.appending("x").description])
        #expect(throws: StoreError.self) { try store.examine(staging.path.appending("x")) }
        #expect(try outside.status.st_mode & 0o777 == 0o600)
        try run("/usr/bin/mkfifo", [staging.path.appending("fifo").description])
        #expect(throws: StoreError.self) { try store.examine(staging.path.appending("fifo")) }
        let script = staging.path.appending("script")
        try write("#!/bin/sh\n", to: script)
        guard chmod(script.description, 0o755) == 0 else { throw StoreError(.system(errno), "chmod") }
        #expect(throws: StoreError.self) { try store.examine(script, method: .flat) }
    }

    @Test func restoredArchiveHasItsDigest() throws {
        try directory.write("tree/a", "hello\n")
        try directory.write("tree/sub/run", "run", mode: 0o755)
        let tree = directory.path.appending("tree")
        var archive: [UInt8] = []
        try TreeDump.dump(tree) { archive.append(contentsOf: $0) }
        let restore = try TreeRestore(to: directory.path.appending("restored"))
        for start in stride(from: 0, to: archive.count, by: 7) {
            try archive[start..<min(start + 7, archive.count)].withUnsafeBytes { _ = try restore.write($0) }
        }
        let digest = try restore.finish()
        #expect(try TreeDump.hash(tree) == digest)
        #expect(try TreeDump.hash(directory.path.appending("restored")) == digest)
        #expect(throws: StoreError.self) {
            let again = try TreeRestore(to: directory.path.appending("restored"))
            try archive.withUnsafeBytes { _ = try again.write($0) }
        }
    }
}
