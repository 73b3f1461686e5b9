import Foundation
import NixFormats
import Testing

@testable import NixFetch

/// Archives made by Python's own writers, good and hostile.
@Suite struct UnpackerTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    /// Runs a Python program that writes the archive `path`; `add(name, data, **fields)` adds a tar member.
    private func archive(_ name: String, _ body: String) throws -> String {
        let path = "\(scratch.path)/\(name)"
        let prelude = """
            import sys, io, tarfile, zipfile
            path = sys.argv[1]
            def add(tar, name, data=b"", **fields):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                for key, value in fields.items(): setattr(info, key, value)
                tar.addfile(info, io.BytesIO(data))

            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", "-c", prelude + body, path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return path
    }

    private func unpack(_ path: String, policy: UnpackPolicy = UnpackPolicy()) throws -> UnpackReport {
        try Unpacker(policy: policy).unpack(path, into: try scratch.make("out"))
    }

    @Test(arguments: ["", "gz", "bz2", "xz"])
    func unpacksTar(compression: String) throws {
        let path = try archive(
            "a.tar",
            """
            with tarfile.open(path, "w:\(compression)") as tar:
                add(tar, "./", type=tarfile.DIRTYPE)
                add(tar, "top/é.txt", b"hello")
                add(tar, "top/run", b"#!", mode=0o4755)
                add(tar, "top/link", type=tarfile.SYMTYPE, linkname="../../anywhere")
                add(tar, "top/hard", type=tarfile.LNKTYPE, linkname="top/run")
                add(tar, "top/empty/", type=tarfile.DIRTYPE)
            """)
        let report = try unpack(path)
        #expect(report == UnpackReport(files: 3, bytes: 9, topLevel: [Array("top".utf8)]))
        #expect(
            try scratch.tree("out") == [
                "top", "top/empty", "top/hard", "top/link -> ../../anywhere", "top/run", "top/é.txt",
            ])
        #expect(try scratch.read("out/top/é.txt") == Array("hello".utf8))
        for (name, mode) in [("run", 0o555), ("hard", 0o555), ("é.txt", 0o444)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/out/top/\(name)")
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }

    @Test func unpacksZstandard() throws {
        let path = try archive("a.tar", "with tarfile.open(path, 'w') as tar: add(tar, 'f', b'x' * 100000)")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["zstd", "-q", path]
        try process.run()
        process.waitUntilExit()
        #expect(try unpack(path + ".zst").bytes == 100_000)
    }

    /// What libarchive writes in its own words, read back.
    @Test(arguments: [
        ("7zip", "none"), ("cpio", "none"), ("newc", "gzip"), ("arbsd", "none"), ("xar", "none"), ("iso9660", "none"),
        ("warc", "none"), ("pax", "lz4"), ("ustar", "compress"), ("ustar", "lzip"), ("ustar", "uuencode"),
    ])
    func unpacksWhatLibarchiveReads(format: String, filter: String) throws {
        let path = try archive(
            "a",
            """
            import ctypes
            library = ctypes.CDLL("libarchive.so.13")
            for name in ("archive_write_new", "archive_entry_new"): getattr(library, name).restype = ctypes.c_void_p
            library.archive_write_data.restype = ctypes.c_ssize_t
            writer, entry = ctypes.c_void_p(library.archive_write_new()), ctypes.c_void_p(library.archive_entry_new())
            assert library.archive_write_set_format_by_name(writer, b"\(format)") == 0
            if "\(filter)" != "none": assert library.archive_write_add_filter_by_name(writer, b"\(filter)") == 0
            assert library.archive_write_open_filename(writer, path.encode()) == 0
            library.archive_entry_set_pathname(entry, b"weights.bin")
            library.archive_entry_set_filetype(entry, 0o100000)
            library.archive_entry_set_perm(entry, 0o644)
            library.archive_entry_set_size(entry, ctypes.c_int64(1000))
            assert library.archive_write_header(writer, entry) >= -20
            assert library.archive_write_data(writer, b"7" * 1000, ctypes.c_size_t(1000)) == 1000
            assert library.archive_write_close(writer) == 0
            """)
        #expect(try unpack(path).bytes == 1000)
        #expect(try scratch.read("out/weights.bin") == [UInt8](repeating: UInt8(ascii: "7"), count: 1000))
    }

    @Test func unpacksZip() throws {
        let path = try archive(
            "a.zip",
            """
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
                z.writestr("d/é.txt", "hello")
                info = zipfile.ZipInfo("d/run")
                info.external_attr = 0o100755 << 16
                z.writestr(info, "#!")
                info = zipfile.ZipInfo("d/link")
                info.external_attr = 0o120777 << 16
                z.writestr(info, "é.txt")
            """)
        #expect(try unpack(path).files == 2)
        #expect(try scratch.tree("out") == ["d", "d/link -> é.txt", "d/run", "d/é.txt"])
        #expect(FileManager.default.isExecutableFile(atPath: "\(scratch.path)/out/d/run"))
    }

    @Test(arguments: [
        ("add(tar, '/absolute', b'x')", "'/absolute', which is refused: it is absolute"),
        ("add(tar, 'a/../../b', b'x')", "it has a '..' component"),
        (
            "add(tar, 'l', type=tarfile.SYMTYPE, linkname='/tmp'); add(tar, 'l/f', b'x')",
            "'l/f', which is refused: its parent is not a directory"
        ),
        (
            "add(tar, 'l', type=tarfile.SYMTYPE, linkname='x'); add(tar, 'l', b'x')",
            "'l', which is refused: it is there already"
        ),
        ("add(tar, 'h', type=tarfile.LNKTYPE, linkname='/etc/passwd')", "which is refused: it is absolute"),
        ("add(tar, 'h', type=tarfile.LNKTYPE, linkname='../x')", "it has a '..' component"),
        (
            "add(tar, 'l', type=tarfile.SYMTYPE, linkname='/etc'); add(tar, 'h', type=tarfile.LNKTYPE, linkname='l/passwd')",
            "its parent is not a directory"
        ),
        ("add(tar, 'p', type=tarfile.FIFOTYPE)", "it is neither file, directory nor link"),
        ("add(tar, '/'.join('d' * 65), b'x')", "it is more than 64 levels deep"),
        ("add(tar, 'f', b'x' * 5000)", "unpacks to more than 4096 bytes, the limit"),
    ])
    func hostileArchivesAreRefused(members: String, words: String) throws {
        let path = try archive("bad.tar", "with tarfile.open(path, 'w') as tar: \(members)")
        var policy = UnpackPolicy()
        policy.maxBytes = 4096
        #expect {
            _ = try unpack(path, policy: policy)
        } throws: { error in
            (error as? FetchError)?.kind == .unpack && "\(error)".contains(words)
        }
        #expect(!FileManager.default.fileExists(atPath: "/tmp/f"))
    }

    @Test func bombsAreRefusedEarly() throws {
        let path = try archive(
            "bomb.tar.gz", "with tarfile.open(path, 'w:gz') as tar: add(tar, 'zeros', bytes(64 << 20))")
        var policy = UnpackPolicy()
        policy.ratioFloor = 1 << 20
        policy.maxRatio = 100
        #expect {
            _ = try unpack(path, policy: policy)
        } throws: { "\($0)".contains("unpacks to more than 100 times its size") }
        policy.maxRatio = 10_000
        policy.maxEntries = 0
        #expect(throws: FetchError.self) { _ = try unpack(path, policy: policy) }
    }

    @Test(arguments: ["", "this is no archive at all, whatever its name says\n"])
    func otherFilesAreErrors(content: String) throws {
        let path = "\(scratch.path)/file.tar.gz"
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: FetchError.self) { _ = try unpack(path) }
    }

    @Test func truncatedArchivesAreErrors() throws {
        let path = try archive(
            "t.tar.xz",
            """
            import random
            with tarfile.open(path, "w:xz") as tar: add(tar, "f", random.Random(1).randbytes(200000))
            data = open(path, "rb").read()
            open(path, "wb").write(data[:len(data) // 2])
            """)
        #expect(throws: FetchError.self) { _ = try unpack(path) }
    }

    /// Bytes packed in a way of Python's, and what they are called in binary caches.
    static let packings: [(String, NARInfo.Compression)] = [
        ("lzma.compress(data)", .xz), ("lzma.compress(data, lzma.FORMAT_ALONE)", .lzma), ("bz2.compress(data)", .bzip2),
        ("gzip.compress(data)", .gzip), ("data", .none),
    ]

    @Test(arguments: packings) func readsAPackedStream(packing: String, compression: NARInfo.Compression) throws {
        let path = try archive(
            "s.packed",
            "import bz2, gzip, lzma; data = bytes(range(256)) * 1000; open(path, 'wb').write(\(packing))")
        let reader = try DecompressingReader(opening: path, compression)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1000)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        #expect(bytes == (0..<1000).flatMap { _ in Array(UInt8.min...UInt8.max) })
    }

    @Test func refusesStreamsThatArePackedOtherwise() throws {
        let path = try archive("s.xz", "import lzma; open(path, 'wb').write(lzma.compress(bytes(1000)))")
        #expect(throws: FetchError(.unpack, "input compression not recognized")) {
            try DecompressingReader(opening: path, .gzip)
        }
        #expect(throws: FetchError(.unpack, "compression 'br' is not supported by this version of nixlite")) {
            try DecompressingReader(opening: path, .brotli)
        }
    }
}
