import CArchive
import Glibc
package import NixFormats

/// Reads an archive (tar, also compressed with gzip, bzip2, xz, lzma or zstd; zip) entry by entry.
///
/// Owns the libarchive handle; belongs to one thread. Any result of libarchive but "fine", "end" and "fine with a
/// remark" throws its words.
final class ArchiveReader {
    /// What an entry is.
    enum Kind: Equatable {
        case file(isExecutable: Bool)
        case directory
        case symbolicLink(target: [UInt8])
        /// Another name for an earlier file of the archive.
        case hardLink(target: [UInt8])
        /// Device, pipe or socket.
        case other
    }

    /// One entry; its content is read with `forEachBlock`.
    struct Entry {
        let path: [UInt8]
        let kind: Kind
        /// When it was last changed, in seconds since 1970.
        let time: Int64
    }

    /// What the bytes are taken for.
    enum Content {
        case archive
        /// One stream of anything, packed as this filter of libarchive's unpacks it or not at all, as one entry.
        case stream(filter: String?)
    }

    private let library: ArchiveLibrary
    private let handle: ArchiveLibrary.Handle
    private let file: Descriptor
    private let name: String

    /// Opens a file.
    ///
    /// - Parameter name: what messages call it.
    init(opening path: String, name: String, as content: Content = .archive) throws(FetchError) {
        self.name = name
        do throws(FileAccess.Failure) {
            file = Descriptor(try FileAccess.call("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        } catch {
            throw error.fetchError
        }
        do {
            library = try ArchiveLibrary()
        } catch {
            throw FetchError(.unpack, error.message, hint: "install libarchive (Debian: libarchive13)")
        }
        guard let handle = library.readNew() else { throw FetchError(.unpack, "libarchive: out of memory") }
        self.handle = handle
        switch content {
        case .archive:
            for support in library.supports.values { _ = support(handle) }
            for format in library.formats { _ = format(handle) }
        case .stream(let filter):
            if let filter {
                guard let support = library.supports[filter] else {
                    throw FetchError(.unpack, "cannot unpack '\(name.printable)': '\(filter)' is not supported")
                }
                _ = support(handle)
            }
            _ = library.supportRaw(handle)
        }
        guard library.openDescriptor(handle, file.number, 256 << 10) == ARCHIVE_OK else { throw failure() }
    }

    deinit {
        _ = library.readFree(handle)
    }

    private func failure() -> FetchError {
        let words = library.errorText(handle).map { String(cString: $0) } ?? "unknown error"
        return FetchError(.unpack, "cannot unpack '\(name.printable)': \(words.printable)")
    }

    /// The next entry; nil at the end.
    func next() throws(FetchError) -> Entry? {
        var entry: ArchiveLibrary.Handle?
        let result = library.nextHeader(handle, &entry)
        if result == ARCHIVE_EOF { return nil }
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry, let path = library.entryPath(entry) else {
            throw failure()
        }
        return Entry(path: Self.bytes(path), kind: kind(entry), time: Int64(library.entryTime(entry)))
    }

    private func kind(_ entry: ArchiveLibrary.Handle) -> Kind {
        if let target = library.entryHardLink(entry) { return .hardLink(target: Self.bytes(target)) }
        switch library.entryType(entry) {
        case nixlite_archive_regular: return .file(isExecutable: library.entryMode(entry) & 0o100 != 0)
        case nixlite_archive_directory: return .directory
        case nixlite_archive_symlink:
            return library.entrySymbolicLink(entry).map { .symbolicLink(target: Self.bytes($0)) } ?? .other
        default: return .other
        }
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    /// The current entry's content, block by block, each with its offset; gaps are zeros.
    func forEachBlock(
        _ body: (UnsafeRawBufferPointer, Int64) throws(FetchError) -> Void
    ) throws(FetchError) {
        while true {
            var start: UnsafeRawPointer?
            var count = 0
            var offset: Int64 = 0
            let result = library.dataBlock(handle, &start, &count, &offset)
            if result == ARCHIVE_EOF { return }
            guard result == ARCHIVE_OK, offset >= 0 else { throw failure() }
            try body(UnsafeRawBufferPointer(start: start, count: count), offset)
        }
    }

    /// Reads content of the current entry in order; 0 at its end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FetchError) -> Int {
        let count = library.readData(handle, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw failure() }
        return count
    }

    /// Whether a filter was found to fit.
    var isFiltered: Bool { library.filterCount(handle) > 1 }

    /// Compressed bytes taken from the file so far.
    var consumedBytes: Int64 { library.filterBytes(handle, -1) }
}

/// Reads one packed file as a stream: for a `.nar.xz` and the like.
package final class DecompressingReader {
    private let reader: ArchiveReader
    private var isAtEnd: Bool

    /// Opens a file.
    ///
    /// - Throws: kind `.unpack` for a file that is not packed in that way, and for ways that libarchive does not know by itself.
    package init(opening path: String, _ compression: NARInfo.Compression) throws(FetchError) {
        let filter: String? =
            switch compression {
            case .none: nil
            case .brotli, .grzip, .lrzip, .lzop:
                throw FetchError(
                    .unpack, "compression '\(compression.rawValue)' is not supported by this version of nixlite")
            default: compression.rawValue
            }
        reader = try ArchiveReader(opening: path, name: path, as: .stream(filter: filter))
        isAtEnd = try reader.next() == nil
        guard filter == nil || isAtEnd || reader.isFiltered else {
            throw FetchError(.unpack, "input compression not recognized")
        }
    }

    /// Fills as much of a buffer as is at hand; 0 only at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FetchError) -> Int {
        guard !isAtEnd, buffer.count > 0 else { return 0 }
        let count = try reader.read(into: buffer)
        isAtEnd = count == 0
        return count
    }
}
