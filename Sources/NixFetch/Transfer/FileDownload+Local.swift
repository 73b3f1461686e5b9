import Glibc
import NixFormats

extension FileDownload {
    /// Copies the file a `file` URL names: same checks, no retry and nothing partial to keep.
    func copyLocalFile(
        _ path: String, partials: DirectoryTree, into target: Descriptor, as name: String
    ) throws(FetchError) -> FetchedFile {
        do {
            return try copy(path, partials: partials, into: target, as: name)
        } catch {
            guard error.number == ENOENT else { throw error.fetchError }
            throw FetchError(.notFound, "file '\(path.printable)' does not exist")
        }
    }

    private func copy(
        _ path: String, partials: DirectoryTree, into target: Descriptor, as name: String
    ) throws(FileAccess.Failure) -> FetchedFile {
        let source = Descriptor(try FileAccess.call("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        let status = try FileAccess.status(source)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileAccess.Failure(number: EINVAL, action: "read as a file", path: path)
        }
        context.observer.observe(.started(file: request.label, expected: Int64(status.st_size), resumed: 0))
        let temporary = "\(request.key).copy"
        _ = unlinkat(partials.root.number, temporary, 0)
        let output = try partials.createFile([], Array(temporary.utf8))
        let main = Digester(.sha256)
        var extra: Digester?
        if case .preferred(let hash) = request.expected, hash.algorithm != .sha256 { extra = Digester(hash.algorithm) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var position: Int64 = 0
        while true {
            let count = try FileAccess.call("read", path) { read(source.number, &buffer, buffer.count) }
            if count == 0 { break }
            let problem = buffer.withUnsafeBytes { bytes -> Int32? in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                main.update(part)
                extra?.update(part)
                return FileAccess.writeAll(output.number, part, at: position)
            }
            if let problem { throw FileAccess.Failure(number: problem, action: "write", path: name) }
            position += Int64(count)
        }
        try FileAccess.call("set the mode of", name) { fchmod(output.number, 0o444) }
        try FileAccess.call("rename", name) {
            renameat(partials.root.number, temporary, target.number, name)
        }
        context.observer.observe(.finished(file: request.label, bytes: position))
        let sha256 = main.finish()
        return FetchedFile(
            size: position, sha256: sha256, hash: extra?.finish() ?? sha256, finalURL: request.url.text, etag: nil,
            lastModified: nil)
    }
}
