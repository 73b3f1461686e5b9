import CArchive
import Glibc
package import NixFormats

/// The functions of libarchive.so.13 that packing uses.
private struct PackingLibrary: @unchecked Sendable {
    typealias Handle = OpaquePointer

    let writeNew: @convention(c) () -> Handle?
    let writeFree: @convention(c) (Handle?) -> Int32
    let addFilter: @convention(c) (Handle?, UnsafePointer<CChar>?) -> Int32
    let setRaw: @convention(c) (Handle?) -> Int32
    let setBlock: @convention(c) (Handle?, Int32) -> Int32
    let setLastBlock: @convention(c) (Handle?, Int32) -> Int32
    let openDescriptor: @convention(c) (Handle?, Int32) -> Int32
    let header: @convention(c) (Handle?, Handle?) -> Int32
    let data: @convention(c) (Handle?, UnsafeRawPointer?, Int) -> Int
    let close: @convention(c) (Handle?) -> Int32
    let errorText: @convention(c) (Handle?) -> UnsafePointer<CChar>?
    let entryNew: @convention(c) () -> Handle?
    let entryFree: @convention(c) (Handle?) -> Void
    let entrySetType: @convention(c) (Handle?, UInt32) -> Void

    init() throws(DynamicLibrary.LoadError) {
        let library = try DynamicLibrary("libarchive.so.13")
        writeNew = try library.function("archive_write_new", type(of: writeNew))
        writeFree = try library.function("archive_write_free", type(of: writeFree))
        addFilter = try library.function("archive_write_add_filter_by_name", type(of: addFilter))
        setRaw = try library.function("archive_write_set_format_raw", type(of: setRaw))
        setBlock = try library.function("archive_write_set_bytes_per_block", type(of: setBlock))
        setLastBlock = try library.function("archive_write_set_bytes_in_last_block", type(of: setLastBlock))
        openDescriptor = try library.function("archive_write_open_fd", type(of: openDescriptor))
        header = try library.function("archive_write_header", type(of: header))
        data = try library.function("archive_write_data", type(of: data))
        close = try library.function("archive_write_close", type(of: close))
        errorText = try library.function("archive_error_string", type(of: errorText))
        entryNew = try library.function("archive_entry_new", type(of: entryNew))
        entryFree = try library.function("archive_entry_free", type(of: entryFree))
        entrySetType = try library.function("archive_entry_set_filetype", type(of: entrySetType))
    }
}

/// Packs a stream of bytes into a new file, with libarchive's own settings: a `.nar.xz` and the like as Nix makes it.
///
/// Belongs to one task.
package final class CompressingWriter {
    private let library: PackingLibrary
    private let handle: PackingLibrary.Handle
    private let file: Descriptor
    private let name: String

    /// Creates the file, which must not be there.
    ///
    /// - Throws: kind `.unpack` for a way of packing that libarchive does not know by itself.
    package init(creating path: String, _ compression: NARInfo.Compression) throws(FetchError) {
        name = path
        do throws(FileAccess.Failure) {
            file = Descriptor(
                try FileAccess.call("create", path) { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) })
        } catch {
            throw error.fetchError
        }
        do {
            library = try PackingLibrary()
        } catch {
            throw FetchError(.unpack, error.message, hint: "install libarchive (Debian: libarchive13)")
        }
        guard let handle = library.writeNew(), let entry = library.entryNew() else {
            throw FetchError(.unpack, "libarchive: out of memory")
        }
        self.handle = handle
        defer { library.entryFree(entry) }
        library.entrySetType(entry, nixlite_archive_regular)
        switch compression {
        case .none: break
        case .bzip2, .xz, .zstd, .gzip, .compress, .lz4, .lzip, .lzma:
            guard library.addFilter(handle, compression.rawValue) == ARCHIVE_OK else { throw failure() }
        case .brotli, .grzip, .lrzip, .lzop:
            throw FetchError(
                .unpack, "compression '\(compression.rawValue)' is not supported by this version of nixlite")
        }
        guard library.setRaw(handle) == ARCHIVE_OK, library.setBlock(handle, 0) == ARCHIVE_OK,
            library.setLastBlock(handle, 1) == ARCHIVE_OK,
            library.openDescriptor(handle, file.number) == ARCHIVE_OK, library.header(handle, entry) == ARCHIVE_OK
        else { throw failure() }
    }

    deinit {
        _ = library.writeFree(handle)
    }

    /// Packs the next bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FetchError) {
        var rest = bytes
        while rest.count > 0 {
            let count = library.data(handle, rest.baseAddress, rest.count)
            guard count > 0 else { throw failure() }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes what is left.
    package func finish() throws(FetchError) {
        guard library.close(handle) == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> FetchError {
        let words = library.errorText(handle).map { String(cString: $0) } ?? "unknown error"
        return FetchError(.unpack, "cannot pack '\(name.printable)': \(words.printable)")
    }
}
