import NixBuild
import NixFormats
import NixStore

/// A store in a folder of its own that streams of objects are imported into.
///
/// Made anew after some thousand streams, so that what was accepted does not pile up.
final class ImportedStore {
    private var store: LocalStore?
    private var folder: RealPath?
    private var readCount = 0

    deinit { remove() }

    /// Imports the objects of a stream that comes in two pieces.
    func read(_ bytes: [UInt8]) {
        if readCount % 5000 == 0 { renew() }
        readCount += 1
        var pieces = [Array(bytes[(bytes.count / 2)...]), Array(bytes[..<(bytes.count / 2)])].filter { !$0.isEmpty }
        try? store?.importObjects({ () throws(StoreError) in pieces.popLast() ?? [] }, added: { _ in })
    }

    private func renew() {
        remove()
        guard let root = FileModes.makeTemporaryFolder(RealPath("/dev/shm/fuzz-store-")) else {
            preconditionFailure("no temporary folder")
        }
        guard let made = try? LocalStore(StoreLayout(chroot: root)) else { preconditionFailure("no store") }
        folder = root
        store = made
    }

    private func remove() {
        store = nil
        guard let folder else { return }
        _ = try? TreeRemoval.remove(folder)
        self.folder = nil
    }
}
