import Glibc
import NixFormats

/// What a file is.
package enum FileKind: Sendable, Hashable {
    case regular, directory, symlink
    /// A socket, device or FIFO: nothing that a store can hold.
    case unknown
}

/// Decides whether an entry of a source tree is taken; called in bytewise order, each directory before what it holds.
package typealias PathFilter = (_ path: RealPath, _ kind: FileKind) throws(StoreError) -> Bool

/// Reads a tree from the file system, below directory handles and without following links, and tells a visitor.
///
/// Files are read through one reused buffer; large ones by a thread of their own, so that reading and digesting overlap.
struct TreeWalker {
    private static let bufferSize = 256 << 10
    /// From this size on a reading thread pays.
    private static let readAheadSize: UInt64 = 2 << 20

    private let buffer = ReusedBuffer(size: bufferSize)
    private let filter: PathFilter?

    init(filter: PathFilter? = nil) { self.filter = filter }

    /// Tells `visitor` the tree at `path`, which may itself be a file or a link.
    func walk(_ path: RealPath, _ visitor: some NARVisitor) throws(StoreError) {
        do { try walkRoot(path, visitor) } catch { throw StoreError(wrapping: error) }
    }

    private func walkRoot(_ path: RealPath, _ visitor: some NARVisitor) throws {
        let parent = try Descriptor.open(path.parent, O_RDONLY | O_DIRECTORY)
        let name = path.bytes == [UInt8(ascii: "/")] ? [UInt8(ascii: ".")] : path.lastComponent
        let status = try parent.status(of: name, path: path)
        try node(name, of: parent, status, path: path, depth: 1, visitor)
    }

    private func node(
        _ name: [UInt8], of parent: borrowing Descriptor, _ status: stat, path: RealPath, depth: Int,
        _ visitor: some NARVisitor
    ) throws {
        guard depth <= NARLimits.depth else {
            throw StoreError(
                .unsupportedFile, "nesting of '\(path)' exceeds the maximum depth of \(NARLimits.depth)")
        }
        switch status.kind {
        case .directory:
            let directory = try parent.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, path: path)
            try visitor.directory()
            for entry in try directory.sortedEntryNames(path: path) {
                let entryPath = path.appending(entry)
                let entryStatus = try directory.status(of: entry, path: entryPath)
                if let filter, try !filter(entryPath, entryStatus.kind) { continue }
                try visitor.entry(ByteString(entry))
                try node(entry, of: directory, entryStatus, path: entryPath, depth: depth + 1, visitor)
            }
            try visitor.endDirectory()
        case .regular:
            let file = try parent.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, path: path)
            try contents(of: file, path: path, visitor)
        case .symlink:
            try visitor.symlink(target: ByteString(try parent.linkTarget(of: name, path: path)))
        case .unknown:
            throw StoreError(.unsupportedFile, "file '\(path)' has an unsupported type")
        }
    }

    private func contents(
        of file: borrowing Descriptor, path: RealPath, _ visitor: some NARVisitor
    ) throws {
        let status = try file.status(path: path)
        guard status.isRegular else { throw StoreError(.unsupportedFile, "file '\(path)' has an unsupported type") }
        let size = UInt64(clamping: status.st_size)
        try visitor.regular(size: size, isExecutable: status.isExecutable, offset: 0)
        var remaining = size
        if size >= Self.readAheadSize {
            let reader = ReadAhead(descriptor: file.raw, size: size)
            defer { reader.stop() }
            while remaining > 0 {
                let chunk = try reader.next(path: path)
                guard chunk.count > 0 else { throw Self.truncated(path) }
                try visitor.contents(chunk)
                remaining -= UInt64(chunk.count)
            }
        } else {
            while remaining > 0 {
                let part = UnsafeMutableRawBufferPointer(
                    rebasing: buffer.bytes[..<Int(min(remaining, UInt64(buffer.bytes.count)))])
                let count = try file.read(into: part, path: path)
                guard count > 0 else { throw Self.truncated(path) }
                try visitor.contents(UnsafeRawBufferPointer(rebasing: part[..<count]))
                remaining -= UInt64(count)
            }
        }
        try visitor.endRegular()
    }

    private static func truncated(_ path: RealPath) -> StoreError {
        StoreError(.system(EIO), "file '\(path)' became shorter while it was read")
    }
}

extension stat {
    var kind: FileKind {
        switch st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .directory
        case S_IFLNK: .symlink
        default: .unknown
        }
    }
}

/// Memory for reading into, freed with its owner.
final class ReusedBuffer {
    let bytes: UnsafeMutableRawBufferPointer

    init(size: Int) { bytes = .allocate(byteCount: size, alignment: 4096) }

    deinit { bytes.deallocate() }
}
