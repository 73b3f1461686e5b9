import NixFormats
import Testing

/// Archives that `nix-store --restore` of Nix 2.34.8 refuses, with its words.
@Suite struct NARReaderTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let archive: [UInt8]
        let message: String

        var testDescription: String { name }

        init(_ name: String, _ pieces: [Piece], _ message: String) {
            self.name = name
            archive = Piece.archive(["nix-archive-1"] + pieces)
            self.message = message
        }

        init(_ name: String, raw: [Piece], _ message: String) {
            self.name = name
            archive = Piece.archive(raw)
            self.message = message
        }
    }

    static let endOfFile = "unexpected end-of-file"
    static let notAnArchive = "bad archive: input doesn't look like a Nix archive"
    static let notSorted = "bad archive: NAR directory is not sorted"
    static let directory: [Piece] = ["(", "type", "directory"]
    static let regular: [Piece] = ["(", "type", "regular"]
    static let link: [Piece] = ["(", "type", "symlink"]

    static let refused = [
        Refused("empty", raw: [], endOfFile),
        Refused("short magic", raw: [.length(13), .raw([110, 105])], endOfFile),
        Refused("other magic", raw: ["nix-archive-2"], notAnArchive),
        Refused("long magic", raw: ["nix-archive-1-and-more"], notAnArchive),
        Refused("padded magic", raw: [.length(13), .raw(Array("nix-archive-1".utf8) + [0, 0, 1])], notAnArchive),
        Refused("only magic", [], endOfFile),
        Refused("wrong open", ["["], "bad archive: expected tag '(', got '['"),
        Refused("wrong type tag", ["(", "tipe"], "bad archive: expected tag 'type', got 'tipe'"),
        Refused("unknown type", ["(", "type", "fifo", ")"], "bad archive: unknown file type 'fifo'"),
        Refused("tag of 33 bytes", ["(", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"], "string is too long"),
        Refused("tag of 2^63 bytes", ["(", .length(1 << 63)], "string is too long"),
        Refused("tag of 2^64-1 bytes", ["(", .length(.max)], "string is too long"),
        Refused("executable value", regular + ["executable", "x", "contents", "y", ")"], "string is too long"),
        Refused(
            "executable after contents", regular + ["contents", "y", "executable", "", ")"],
            "bad archive: expected tag ')', got 'executable'"),
        Refused("no contents", regular + [")"], "bad archive: expected tag 'contents', got ')'"),
        Refused("contents of 2^63 bytes", regular + ["contents", .length(1 << 63)], endOfFile),
        Refused("contents of 2^64-1 bytes", regular + ["contents", .length(.max)], endOfFile),
        Refused("truncated contents", regular + ["contents", .length(10), .raw([1, 2])], endOfFile),
        Refused(
            "contents with padding", regular + ["contents", .length(3), .raw([1, 2, 3, 0, 0, 0, 0, 1]), ")"],
            "non-zero padding"),
        Refused("truncated padding", regular + ["contents", .length(3), .raw([1, 2, 3, 0])], endOfFile),
        Refused("file not closed", regular + ["contents", "a", "x"], "bad archive: expected tag ')', got 'x'"),
        Refused(
            "name with padding", directory + ["entry", "(", "name", .length(1), .raw([97, 1, 0, 0, 0, 0, 0, 0])],
            "non-zero padding"),
        Refused("name .", directory + Piece.entry("."), "bad archive: NAR contains invalid file name '.'"),
        Refused("name ..", directory + Piece.entry(".."), "bad archive: NAR contains invalid file name '..'"),
        Refused("slash", directory + Piece.entry("a/b"), "bad archive: NAR contains invalid file name 'a/b'"),
        Refused(
            "NUL", directory + Piece.entry(ByteString([97, 0, 98] as [UInt8])),
            "bad archive: NAR contains invalid file name 'a\0b'"),
        Refused("empty name", directory + Piece.entry(""), "bad archive: NAR contains invalid file name ''"),
        Refused(
            "name of 256 bytes", directory + Piece.entry(ByteString([UInt8](repeating: 97, count: 256))),
            "string is too long"),
        Refused("unsorted", directory + Piece.entry("b") + Piece.entry("a"), notSorted),
        Refused("duplicate", directory + Piece.entry("a") + Piece.entry("a"), notSorted),
        Refused(
            "link, then directory",
            directory + Piece.entry("a", link + ["target", "/etc", ")"]) + Piece.entry("a", directory + [")"]),
            notSorted),
        Refused(
            "directory tag", directory + ["entri"], "bad archive: expected tag 'entry' or ')', got 'entri'"),
        Refused("entry not opened", directory + ["entry", "name"], "bad archive: expected tag '(', got 'name'"),
        Refused("no name", directory + ["entry", "(", "nam"], "bad archive: expected tag 'name', got 'nam'"),
        Refused(
            "name after node", directory + ["entry", "(", "node"] + Piece.file + ["name", "a", ")", ")"],
            "bad archive: expected tag 'name', got 'node'"),
        Refused(
            "no node", directory + ["entry", "(", "name", "a", ")"], "bad archive: expected tag 'node', got ')'"),
        Refused(
            "entry not closed", directory + ["entry", "(", "name", "a", "node"] + Piece.file + ["entry"],
            "bad archive: expected tag ')', got 'entry'"),
        Refused(
            "empty target", link + ["target", "", ")"], "bad archive: NAR contains invalid symlink target"),
        Refused(
            "target with NUL", link + ["target", .string(ByteString([97, 0] as [UInt8])), ")"],
            "bad archive: NAR contains invalid symlink target"),
        Refused(
            "target of 4096 bytes", link + ["target", .string(ByteString([UInt8](repeating: 97, count: 4096)))],
            "string is too long"),
        Refused("no target", link + [")"], "bad archive: expected tag 'target', got ')'"),
        Refused("link not closed", link + ["target", "a", "x"], "bad archive: expected tag ')', got 'x'"),
        Refused(
            "64 directories",
            Array(repeatElement(directory + ["entry", "(", "name", "a", "node"], count: 64).joined()),
            "bad archive: NAR directory nesting exceeds maximum depth of 64"),
    ]

    @Test(arguments: refused) func refuses(row: Refused) {
        for piece in [1, 7, row.archive.count + 1] {
            let reader = NARReader(visitor: TreeBuilder())
            let error = #expect(throws: FormatError.self, "in pieces of \(piece)") {
                for start in stride(from: 0, to: row.archive.count, by: piece) {
                    try reader.read(Array(row.archive[start..<min(start + piece, row.archive.count)]))
                }
                try reader.finish()
            }
            #expect(error?.message == row.message)
        }
    }

    @Test func staysRefusing() {
        let reader = NARReader(visitor: TreeBuilder())
        #expect(throws: FormatError.self) { try reader.read(Piece.archive(["nix-archive-2"])) }
        #expect(throws: FormatError(.nar, Self.notAnArchive)) { try reader.read(Piece.archive(["nix-archive-1"])) }
        #expect(throws: FormatError(.nar, Self.notAnArchive)) { try reader.finish() }
    }

    @Test func acceptsTheLimits() throws {
        var tree = Tree.file([1], isExecutable: false)
        for _ in 0..<63 { tree = .directory([(ByteString([UInt8](repeating: 255, count: 255)), tree)]) }
        let archive = try tree.archive()
        let builder = TreeBuilder()
        let reader = NARReader(visitor: builder)
        try reader.read(archive)
        try reader.finish()
        #expect(builder.root == tree)
        let link = Tree.link(ByteString([UInt8](repeating: 97, count: 4095)))
        try NARReader(visitor: builder).read(link.archive())
        #expect(builder.root == link)
    }

    @Test func leavesWhatFollowsTheArchive() throws {
        let archive = try Tree.file([1, 2, 3], isExecutable: true).archive()
        let reader = NARReader(visitor: TreeBuilder())
        #expect(try reader.read(archive + [9, 9, 9]) == archive.count)
        #expect(reader.isComplete)
        #expect(reader.byteCount == UInt64(archive.count))
        #expect(try reader.read([9]) == 0)
    }

    /// Any change of one byte is either refused or seen in the tree; no input makes the reader fail otherwise.
    @Test func survivesMutations() throws {
        var random = RandomSource(seed: 3)
        let tree = Tree.directory([
            ("a", .file([1, 2, 3], isExecutable: true)), ("b", .link("x")), ("c", .directory([])),
        ])
        let archive = try tree.archive()
        var refused = 0
        for _ in 0..<4000 {
            var mutated = archive
            mutated[Int.random(in: 0..<mutated.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            let builder = TreeBuilder()
            let reader = NARReader(visitor: builder)
            do {
                try reader.read(mutated)
                try reader.finish()
                #expect(builder.root != nil && builder.root != tree)
            } catch is FormatError {
                refused += 1
            }
        }
        #expect(refused > 3000 && refused < 4000)
    }
}
