import NixFormats
import Testing

@Suite struct NARWriterTests {
    static let names = Golden.names(in: "Archives", suffix: ".nar")

    /// Archives by `nix-store --dump`, read in pieces and written again by a writer that visits them.
    @Test(arguments: names) func copiesGoldenArchives(name: String) throws {
        let archive = try Golden.file("Archives/\(name)").bytes
        for piece in [1, 8, 1000, archive.count] {
            let output = Output()
            let writer = NARWriter { output.bytes.append(contentsOf: $0) }
            let reader = NARReader(visitor: writer)
            for start in stride(from: 0, to: archive.count, by: piece) {
                try reader.read(Array(archive[start..<min(start + piece, archive.count)]))
            }
            try reader.finish()
            try writer.finish()
            #expect(output.bytes == archive)
            #expect(writer.byteCount == UInt64(archive.count))
        }
    }

    @Test func writesTheTreeThatNixDumped() throws {
        let tree = Tree.directory([
            ("B", .file(Array("B".utf8), isExecutable: false)),
            ("a", .file(Array("hello".utf8), isExecutable: false)),
            (
                "dir",
                .directory([
                    ("dangling", .link("../nowhere")),
                    ("large", .file([UInt8](repeating: UInt8(ascii: "q"), count: 100_000), isExecutable: false)),
                    (
                        "sub",
                        .directory([
                            (
                                ByteString(Array("caf".utf8) + [0xE9]),
                                .file(Array("x".utf8), isExecutable: false)
                            )
                        ])
                    ),
                ])
            ),
            ("eight", .file(Array("12345678".utf8), isExecutable: false)),
            ("empty", .directory([])),
            ("emptyfile", .file([], isExecutable: false)),
            ("link", .link("a")),
            ("run", .file(Array("#!/bin/sh\n".utf8), isExecutable: true)),
            ("with space", .file(Array("z".utf8), isExecutable: false)),
        ])
        for piece in [1000, 40_000, 200_000] {
            #expect(try tree.archive(piece: piece) == Golden.file("Archives/tree.nar").bytes)
        }
        let hash = Digester.sha256(try tree.archive())
        #expect(hash.base16 == "bd2da5086a287b21c8bc8d051a3233cbbaf720cd22df994028cba1493685634c")
        #expect(hash.nix32 == "0k33hlv4k8fb5109kpr2rlhggfnb6cr1l1cdpk422yr8d84aabdx")
    }

    @Test func randomTreesComeBack() throws {
        var random = RandomSource(seed: 1)
        for _ in 0..<150 {
            let tree = Tree.random(&random)
            let archive = try tree.archive(piece: Int.random(in: 1...50_000, using: &random))
            let builder = TreeBuilder()
            let reader = NARReader(visitor: builder)
            var start = 0
            while start < archive.count {
                let end = min(archive.count, start + Int.random(in: 1...10_000, using: &random))
                try reader.read(Array(archive[start..<end]))
                start = end
            }
            try reader.finish()
            #expect(builder.root == tree)
        }
    }

    @Test func refusesWhatTheReaderWouldRefuse() throws {
        let writer = NARWriter { _ in }
        try writer.directory()
        try writer.entry("b")
        try writer.symlink(target: "x")
        #expect(throws: FormatError(.nar, "bad archive: NAR directory is not sorted")) { try writer.entry("a") }
        #expect(throws: FormatError(.nar, "bad archive: NAR contains invalid file name '..'")) {
            try writer.entry("..")
        }
        try writer.entry("c")
        #expect(throws: FormatError(.nar, "bad archive: NAR contains invalid symlink target")) {
            try writer.symlink(target: "")
        }
        try writer.regular(size: 2, isExecutable: false)
        #expect(throws: FormatError(.nar, "file has more contents than its size")) { try writer.contents([1, 2, 3]) }
        #expect(throws: FormatError(.nar, "archive is not complete")) { try writer.finish() }
    }

    @Test func refusesTooManyLevels() throws {
        let writer = NARWriter { _ in }
        for _ in 0..<64 {
            try writer.directory()
            try writer.entry("a")
        }
        #expect(throws: FormatError(.nar, "path exceeds maximum NAR directory depth of 64")) {
            try writer.directory()
        }
    }

    @Test func passesOnErrorsOfTheSink() {
        struct Full: Error {}
        let writer = NARWriter { _ in throw Full() }
        #expect(throws: Full.self) {
            try writer.regular(size: 100_000, isExecutable: false)
            try writer.contents([UInt8](repeating: 0, count: 100_000))
        }
    }

    @Test func listsAsBinaryCachesDo() throws {
        let builder = NARListingBuilder()
        let reader = NARReader(visitor: builder)
        try reader.read(Golden.file("Archives/listed.nar").bytes)
        try reader.finish()
        #expect(try builder.root?.file() == Golden.file("Archives/listed.ls"))
    }
}
