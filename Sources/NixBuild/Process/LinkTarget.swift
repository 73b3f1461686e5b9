import Glibc
package import NixStore

/// What symbolic links hold.
package enum LinkTarget {
    /// The bytes of a link's target.
    package static func read(_ path: RealPath) throws(FileOperationError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = buffer.withUnsafeMutableBytes {
            readlink(path.description, $0.assumingMemoryBound(to: CChar.self).baseAddress!, $0.count)
        }
        guard count >= 0 else { throw FileOperationError("reading symbolic link", path) }
        return Array(buffer[..<count])
    }

    /// Makes `path` a link to `target`, replacing the link that may be there in one step.
    package static func replace(_ path: RealPath, with target: [UInt8]) throws(FileOperationError) {
        let temporary = path.extended(by: ".tmp-\(getpid())")
        unlink(temporary.description)
        guard symlink(String(decoding: target, as: UTF8.self), temporary.description) == 0 else {
            throw FileOperationError("creating symlink", path)
        }
        guard rename(temporary.description, path.description) == 0 else {
            let error = FileOperationError("creating symlink", path)
            unlink(temporary.description)
            throw error
        }
    }
}
