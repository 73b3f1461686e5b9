import Foundation
import NixFormats
import NixStore
import Synchronization
import Testing

/// Several store objects, threads and processes at the same store.
struct LockTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func pathLocksExcludeEachOther() throws {
        let path = directory.path.appending("object")
        let counter = Atomic<Int>(0)
        let collisions = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 32) { _ in
            guard let lock = try? PathLocks([path]) else { return }
            if counter.add(1, ordering: .sequentiallyConsistent).oldValue != 0 {
                collisions.add(1, ordering: .relaxed)
            }
            usleep(200)
            counter.subtract(1, ordering: .sequentiallyConsistent)
            try? lock.release(deleting: true)
        }
        #expect(collisions.load(ordering: .relaxed) == 0)
        #expect(!path.extended(by: ".lock").exists)
    }

    @Test func aStaleLockFileProtectsNothing() throws {
        let lockFile = try directory.write("object.lock", "d")
        // Whoever finds the deletion mark in a file that has been unlinked starts again; here it is never unlinked until now.
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { unlink(lockFile.description) }
        let lock = try PathLocks([directory.path.appending("object")])
        #expect(try lockFile.status.st_size == 0)
        try lock.release(deleting: true)
        #expect(!lockFile.exists)
    }

    @Test func manyThreadsAddTheSameAndOtherPaths() throws {
        let stores = try (0..<4).map { _ in try directory.store() }
        try directory.write("tree/a", "hello\n")
        let tree = directory.path.appending("tree")
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            do {
                let store = stores[index % stores.count]
                _ = try store.addText(name: "text-\(index / 8)".bytes, contents: "\(index / 8)".bytes)
                _ = try store.addPath(tree, name: "tree-\(index % 3)".bytes)
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 }.isEmpty)
        #expect(try stores[0].validPaths().count == 11)
        var findings: [VerificationFinding] = []
        try stores[1].verify(checkingContents: true) { findings.append($0) }
        #expect(findings.isEmpty)
    }

    @Test func additionsSurviveACollectorRunningBesideThem() throws {
        let failures = Mutex<[String]>([])
        let done = Atomic<Bool>(false)
        let stopped = Atomic<Bool>(false)
        let collector = Thread {
            do {
                let store = try directory.store()
                while !done.load(ordering: .acquiring) {
                    _ = try store.collectGarbage()
                    usleep(1000)
                }
            } catch {
                failures.withLock { $0.append("collector: \(error)") }
            }
            stopped.store(true, ordering: .releasing)
        }
        collector.start()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            do {
                for round in 0..<10 {
                    let store = try directory.store()
                    let leaf = try store.addText(name: "leaf-\(round)".bytes, contents: "\(round)".bytes)
                    let top = try store.addText(
                        name: "top-\(thread)-\(round)".bytes, contents: leaf.baseName, references: [leaf])
                    for path in [leaf, top] where try !store.isValid(path) || !store.realPath(path).exists {
                        failures.withLock { $0.append("\(path) is gone") }
                    }
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        done.store(true, ordering: .releasing)
        while !stopped.load(ordering: .acquiring) { usleep(1000) }
        #expect(failures.withLock { $0 } == [])
        var findings: [VerificationFinding] = []
        try directory.store().verify(checkingContents: true) { findings.append($0) }
        #expect(findings.isEmpty)
    }

    @Test func twoStoreObjectsOfOneProcessHaveRootsFilesOfTheirOwn() throws {
        let first = try directory.store()
        let second = try directory.store()
        let a = try first.addText(name: "a", contents: "a")
        let b = try second.addText(name: "b", contents: "b")
        let folder = directory.path.appending("store/nix/var/nix/temproots").description
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["\(getpid())", "\(getpid())-2"])
        let origins = try first.roots().filter { $0.path == a || $0.path == b }.map(\.origin.description)
        #expect(Set(origins) == ["{temp:\(getpid())}", "{temp:\(getpid())-2}"])
    }
}
