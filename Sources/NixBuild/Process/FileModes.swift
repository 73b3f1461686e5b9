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

    /// Makes a new folder, only its owner's, whose path is `prefix` with letters behind it; nil, with the reason in `errno`,
    /// where that fails.
    package static func makeTemporaryFolder(_ prefix: RealPath) -> RealPath? {
        var template = prefix.bytes + "XXXXXX".utf8 + [0]
        let isMade = template.withUnsafeMutableBytes { bytes in
            mkdtemp(bytes.assumingMemoryBound(to: CChar.self).baseAddress!) != nil
        }
        return isMade ? RealPath(template.dropLast()) : nil
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
