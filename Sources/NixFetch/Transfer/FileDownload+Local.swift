import Glibc
import NixFormats
import Synchronization

extension FileDownload {
    /// Copies the file a `file` URL names into the partial file: nothing to retry, and nothing kept of an earlier run.
    func copyLocalFile(_ path: String, into partial: PartialFile) throws(FetchError) -> FetchedFile {
        do {
            return try copy(path, into: partial)
        } catch {
            guard error.number == ENOENT else { throw error.fetchError }
            throw FetchError(.notFound, "file '\(path.printable)' does not exist")
        }
    }

    private func copy(_ path: String, into partial: PartialFile) throws(FileAccess.Failure) -> FetchedFile {
        let source = Descriptor(try FileAccess.call("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        let status = try FileAccess.status(source)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileAccess.Failure(number: EINVAL, action: "read as a file", path: path)
        }
        guard status.st_size <= request.largestSize else {
            throw FileAccess.Failure(number: EFBIG, action: "read", path: path)
        }
        try partial.restart(total: nil)
        let main = Digester(.sha256)
        var extra: Digester?
        switch request.expected {
        case .preferred(let hash), .required(let hash):
            if hash.algorithm != .sha256 { extra = Digester(hash.algorithm) }
        case .unknown, .gitBlob: break
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var position: Int64 = 0
        while true {
            let count = try FileAccess.call("read", path) { read(source.number, &buffer, buffer.count) }
            if count == 0 { break }
            let problem = buffer.withUnsafeBytes { bytes -> Int32? in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                main.update(part)
                extra?.update(part)
                return FileAccess.writeAll(partial.descriptor.number, part, at: position)
            }
            if let problem { throw FileAccess.Failure(number: problem, action: "write", path: partial.name) }
            position += Int64(count)
        }
        context.observer.observe(.finished(file: request.label, bytes: position))
        let sha256 = main.finish()
        return FetchedFile(
            size: position, sha256: sha256, hash: extra?.finish() ?? sha256, finalURL: request.url.text, etag: nil,
            lastModified: nil)
    }
}
