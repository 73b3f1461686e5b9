import CArchive

/// The functions of libarchive.so.13 that are used, resolved when the first archive is opened.
struct ArchiveLibrary: @unchecked Sendable {
    typealias Handle = OpaquePointer

    let readNew: @convention(c) () -> Handle?
    let readFree: @convention(c) (Handle?) -> Int32
    /// What understands a way of packing, by its name.
    let supports: [String: @convention(c) (Handle?) -> Int32]
    let formats: [@convention(c) (Handle?) -> Int32]
    let supportRaw: @convention(c) (Handle?) -> Int32
    let openDescriptor: @convention(c) (Handle?, Int32, Int) -> Int32
    let nextHeader: @convention(c) (Handle?, UnsafeMutablePointer<Handle?>?) -> Int32
    let dataBlock:
        @convention(c) (
            Handle?, UnsafeMutablePointer<UnsafeRawPointer?>?, UnsafeMutablePointer<Int>?,
            UnsafeMutablePointer<Int64>?
        ) -> Int32
    let readData: @convention(c) (Handle?, UnsafeMutableRawPointer?, Int) -> Int
    let filterBytes: @convention(c) (Handle?, Int32) -> Int64
    let filterCount: @convention(c) (Handle?) -> Int32
    let errorText: @convention(c) (Handle?) -> UnsafePointer<CChar>?
    let entryPath: @convention(c) (Handle?) -> UnsafePointer<CChar>?
    let entryHardLink: @convention(c) (Handle?) -> UnsafePointer<CChar>?
    let entrySymbolicLink: @convention(c) (Handle?) -> UnsafePointer<CChar>?
    let entryType: @convention(c) (Handle?) -> UInt32
    let entryMode: @convention(c) (Handle?) -> UInt32
    let entryTime: @convention(c) (Handle?) -> Int

    /// Loads the library.
    init() throws(DynamicLibrary.LoadError) {
        let library = try DynamicLibrary("libarchive.so.13")
        readNew = try library.function("archive_read_new", type(of: readNew))
        readFree = try library.function("archive_read_free", type(of: readFree))
        // All that need no other program.
        let filters = ["gzip", "bzip2", "compress", "xz", "lzma", "lzip", "zstd", "lz4", "rpm", "uu"]
        let functions = try Self.functions(library, "archive_read_support_filter_", filters)
        supports = Dictionary(uniqueKeysWithValues: zip(filters, functions))
        formats = try Self.functions(
            library, "archive_read_support_format_",
            ["tar", "zip", "7zip", "cpio", "ar", "cab", "iso9660", "lha", "rar", "rar5", "warc", "xar"])
        supportRaw = try library.function("archive_read_support_format_raw", type(of: supportRaw))
        openDescriptor = try library.function("archive_read_open_fd", type(of: openDescriptor))
        nextHeader = try library.function("archive_read_next_header", type(of: nextHeader))
        dataBlock = try library.function("archive_read_data_block", type(of: dataBlock))
        readData = try library.function("archive_read_data", type(of: readData))
        filterBytes = try library.function("archive_filter_bytes", type(of: filterBytes))
        filterCount = try library.function("archive_filter_count", type(of: filterCount))
        errorText = try library.function("archive_error_string", type(of: errorText))
        entryPath = try library.function("archive_entry_pathname", type(of: entryPath))
        entryHardLink = try library.function("archive_entry_hardlink", type(of: entryHardLink))
        entrySymbolicLink = try library.function("archive_entry_symlink", type(of: entrySymbolicLink))
        entryType = try library.function("archive_entry_filetype", type(of: entryType))
        entryMode = try library.function("archive_entry_perm", type(of: entryMode))
        entryTime = try library.function("archive_entry_mtime", type(of: entryTime))
    }

    private static func functions(
        _ library: DynamicLibrary, _ prefix: String, _ names: [String]
    ) throws(DynamicLibrary.LoadError) -> [@convention(c) (Handle?) -> Int32] {
        var functions: [@convention(c) (Handle?) -> Int32] = []
        for name in names {
            functions.append(try library.function(prefix + name, (@convention(c) (Handle?) -> Int32).self))
        }
        return functions
    }
}
