import Glibc
package import NixFormats

/// Something that a check of the store found.
package enum VerificationFinding: Sendable, Equatable {
    /// A valid path without files, which nothing valid needs: it was forgotten.
    case removed(StorePath)
    /// A valid path without files that others need.
    case missing(StorePath)
    /// The files do not have the hash that is registered.
    case modified(StorePath, expected: NixHash, got: NixHash)
    /// The files could not be read.
    case unreadable(StorePath, String)

    /// Whether the store is not in order.
    package var isError: Bool {
        if case .removed = self { return false }
        return true
    }

    /// Nix's words; `storeDirectory` is the logical folder.
    package func message(in storeDirectory: StoreDirectory) -> String {
        switch self {
        case .removed(let path): "path '\(storeDirectory.print(path))' disappeared, removing from database..."
        case .missing(let path): "path '\(storeDirectory.print(path))' disappeared, but it still has valid referrers!"
        case .modified(let path, let expected, let got):
            """
            path '\(storeDirectory.print(path))' was modified! \
            expected hash '\(expected.printed(.nix32, withAlgorithm: true))', \
            got '\(got.printed(.nix32, withAlgorithm: true))'
            """
        case .unreadable(_, let message): message
        }
    }
}

extension LocalStore {
    /// Checks that every valid path is there, and with `checkingContents` that it has its hash.
    ///
    /// - Parameter report: called with each finding as it is made.
    package func verify(
        checkingContents: Bool, report: (VerificationFinding) -> Void
    ) throws(StoreError) {
        let collectorLock = try CollectorLock.shared(layout.stateDirectory)
        defer { collectorLock.end() }
        let valid = try validPaths()
        var missing: Set<StorePath> = []
        for path in valid where try !FileSystem.exists(realPath(path)) { missing.insert(path) }
        // Referrers first, so that a missing path whose referrers all go can go too.
        for path in try sortedByReferences(missing).reversed() {
            do throws(StoreError) {
                try requireWritable()
                try transaction { try $0.invalidate(path) }
                report(.removed(path))
            } catch {
                guard error.kind == .inUse || error.kind == .readOnly else { throw error }
                report(.missing(path))
            }
        }
        guard checkingContents else { return }
        for path in valid where !missing.contains(path) {
            do throws(StoreError) {
                if let finding = try modification(of: path) { report(finding) }
            } catch {
                report(.unreadable(path, error.message))
            }
        }
    }
    /// What is wrong with the contents of a valid path; nil where they have the hash that is registered.
    package func modification(of path: StorePath) throws(StoreError) -> VerificationFinding? {
        let expected = try requireInfo(path).narHash
        let got = try TreeDump.hash(realPath(path)).hash
        return got == expected ? nil : .modified(path, expected: expected, got: got)
    }
}
