import Glibc
import NixStore

/// What becomes of work trees with changes.
///
/// Source: "allow-dirty" and "warn-dirty" in the Nix manual.
package struct DirtyTrees: Sendable {
    package var isAllowed = true
    package var isWarned = true

    package init() {}
}

/// Files of a work tree that a repository tracks.
enum TrackedFile {
    /// Copies one file, link or executable as it is, with the folders above it.
    ///
    /// What is a folder in the work tree, such as a submodule that is not to be filled, is left out.
    ///
    /// - Parameters:
    ///   - name: below the work tree, with slashes.
    ///   - leavesOut: only the folders are made.
    static func copy(_ name: [UInt8], of source: RealPath, to target: RealPath, leavesOut: Bool = false) throws {
        let from = source.appending(name)
        var status = stat()
        guard lstat(from.description, &status) == 0 else { throw FileOperationError("reading from file", from) }
        guard status.st_mode & S_IFMT != S_IFDIR else { return }
        let components = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.allSatisfy({ !$0.isEmpty && $0 != [46] && $0 != [46, 46] }) else {
            errno = EINVAL
            throw FileOperationError("copying file", from)
        }
        var folder = target
        for component in components.dropLast() {
            folder = folder.appending(component)
            // A link here would lead out of the tree.
            guard mkdir(folder.description, 0o755) == 0 || (errno == EEXIST && isFolder(folder)) else {
                throw FileOperationError("creating directory", folder)
            }
        }
        guard !leavesOut else { return }
        let place = target.appending(name)
        if status.st_mode & S_IFMT == S_IFLNK {
            try LinkTarget.replace(place, with: try LinkTarget.read(from))
        } else {
            try SmallFile.write(
                place.description, try SmallFile.read(from.description),
                mode: status.st_mode & 0o100 == 0 ? 0o644 : 0o755)
        }
    }

    private static func isFolder(_ path: RealPath) -> Bool {
        var status = stat()
        return lstat(path.description, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
