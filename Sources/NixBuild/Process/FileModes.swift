import Glibc
package import NixStore

/// Modes of files, and folders that are made with theirs.
package enum FileModes {
    /// Makes a file one that everybody may run.
    package static func makeExecutable(_ path: RealPath) throws(BuildFailure) {
        guard chmod(path.description, 0o755) == 0 else {
            throw BuildFailure(.miscellaneous, "changing the mode of \"\(path)\": \(String(cString: strerror(errno)))")
        }
    }

    /// Makes a folder and those above it; that one exists is no error.
    package static func makeFolders(_ path: RealPath) throws(BuildFailure) {
        let text = path.description
        if mkdir(text, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.bytes.count > 1 else {
            throw BuildFailure(.miscellaneous, "creating directory \"\(text)\": \(String(cString: strerror(errno)))")
        }
        try makeFolders(path.parent)
        guard mkdir(text, 0o755) == 0 || errno == EEXIST else {
            throw BuildFailure(.miscellaneous, "creating directory \"\(text)\": \(String(cString: strerror(errno)))")
        }
    }
}
