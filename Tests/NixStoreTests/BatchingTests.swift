import Foundation
import NixFormats
import NixStore
import Testing

/// Registering many paths together.
struct BatchingTests {
    private let directory: TemporaryDirectory
    private let store: LocalStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
        store.startBatching()
    }

    @Test func pathsAreValidForUsAtOnceAndForOthersAfterAFlush() throws {
        let leaf = try store.addText(name: "leaf", contents: "leaf")
        let top = try store.addText(name: "top", contents: leaf.baseName, references: [leaf])
        let other = try directory.store()
        #expect(try other.validPaths().isEmpty)
        #expect(try store.isValid(leaf) && store.isValid(top))
        #expect(store.realPath(top).extended(by: ".lock").exists)
        #expect(try store.requireInfo(top).references == [leaf])
        #expect(try other.validPaths() == SortedSet([leaf, top]))
        #expect(!store.realPath(top).extended(by: ".lock").exists)
    }

    @Test func chainLongerThanABatch() throws {
        var last: [StorePath] = []
        for index in 0..<300 {
            last = [
                try store.addText(name: "text-\(index)".bytes, contents: "\(index)".bytes, references: SortedSet(last))
            ]
        }
        #expect(try directory.store().validPaths().count == 256)
        try store.flush()
        #expect(try directory.store().closure(last).count == 300)
        var findings: [VerificationFinding] = []
        try store.verify(checkingContents: true) { findings.append($0) }
        #expect(findings.isEmpty)
    }

    @Test func theSamePathFromTwoBatchingStores() throws {
        let other = try directory.store()
        other.startBatching()
        let path = try store.addText(name: "same", contents: "same")
        let otherFirst = try other.addText(name: "other", contents: "other")
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { try? store.flush() }
        #expect(try other.addText(name: "same", contents: "same") == path)
        try other.flush()
        #expect(try store.validPaths() == SortedSet([path, otherFirst]))
    }

    @Test func aMissingReferenceIsFoundAtOnce() throws {
        let absent = try StorePath.named("33333333333333333333333333333333-absent")
        let good = try store.addText(name: "good", contents: "good")
        #expect(throws: StoreError(.notValid, "path '/nix/store/\(absent)' is not valid")) {
            try store.addText(name: "bad", contents: "bad", references: [absent])
        }
        #expect(try store.validPaths() == [good])
    }

    @Test func droppingTheStoreRegisters() throws {
        do {
            let dropped = try directory.store("second")
            dropped.startBatching()
            _ = try dropped.addText(name: "x", contents: "x")
        }
        #expect(try directory.store("second").validPaths().count == 1)
    }
}
