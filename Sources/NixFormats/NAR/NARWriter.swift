/// Writes a NAR, the archive that store objects are hashed and copied as, piece by piece.
///
///     nar       = "nix-archive-1" node
///     node      = "(" "type" ( regular | directory | symlink ) ")"
///     regular   = "regular" [ "executable" "" ] "contents" bytes
///     directory = "directory" { "entry" "(" "name" bytes "node" node ")" }   names ascending bytewise
///     symlink   = "symlink" "target" bytes
///
/// Every string is its length (64 bits, little endian), its bytes, and zeros up to a multiple of eight.
///
/// Calls come in the order of the grammar: `directory()`, then for each child `entry(_:)` and the child's node, then
/// `endDirectory()`; `regular(size:isExecutable:)`, then `contents(_:)` until `size` bytes are there; `symlink(target:)`.
/// Needs constant memory; large pieces of contents reach the sink without being copied. After an error the writer must
/// not be used further. Source: "Nix Archive format" in the Nix manual.
package final class NARWriter {
    /// Takes the archive's bytes in order; the buffer is valid during the call only.
    package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// Bytes of the archive that the sink has seen.
    package private(set) var byteCount: UInt64 = 0

    private let sink: Sink
    private var buffer: [UInt8] = []
    /// The name of the latest entry of each open directory, outermost first; nil before the first.
    private var openDirectories: [ByteString?] = []
    private var remainingContents: UInt64 = 0
    private var padding = 0
    private var expects = Expectation.root

    private enum Expectation {
        case root, node, entry, contents, end
    }

    /// Small pieces are collected up to this many bytes before the sink sees them.
    private static let bufferSize = 32 << 10

    package init(sink: @escaping Sink) {
        self.sink = sink
        buffer.reserveCapacity(Self.bufferSize)
        buffer.append(contentsOf: Self.magic)
    }

    /// Starts a directory.
    package func directory() throws {
        try beginNode(Self.directoryHead)
        openDirectories.append(nil)
        expects = .entry
        try flushIfFull()
    }

    /// Starts the child called `name` of the open directory; its node must follow.
    package func entry(_ name: ByteString) throws {
        precondition(expects == .entry, "no open directory")
        try NARLimits.check(name: name, after: openDirectories[openDirectories.count - 1])
        openDirectories[openDirectories.count - 1] = name
        buffer.append(contentsOf: Self.entryHead)
        writeString(name)
        buffer.append(contentsOf: Self.nodeTag)
        expects = .node
    }

    /// Ends the open directory.
    package func endDirectory() throws {
        precondition(expects == .entry, "no open directory")
        openDirectories.removeLast()
        try endNode()
    }

    /// Writes a symbolic link.
    package func symlink(target: ByteString) throws {
        try NARLimits.check(target: target)
        try beginNode(Self.symlinkHead)
        writeString(target)
        try endNode()
    }

    /// Starts a file of exactly `size` bytes.
    package func regular(size: UInt64, isExecutable: Bool) throws {
        try beginNode(isExecutable ? Self.executableHead : Self.regularHead)
        writeInteger(size)
        remainingContents = size
        padding = Int((8 - size % 8) % 8)
        expects = .contents
        if size == 0 { try endContents() }
    }

    /// The next bytes of the open file.
    package func contents(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        guard expects == .contents, UInt64(bytes.count) <= remainingContents else {
            throw FormatError(.nar, "file has more contents than its size")
        }
        if buffer.count + bytes.count <= Self.bufferSize {
            buffer.append(contentsOf: bytes)
        } else {
            try flush()
            byteCount += UInt64(bytes.count)
            try sink(bytes)
        }
        remainingContents -= UInt64(bytes.count)
        if remainingContents == 0 { try endContents() }
    }

    /// The next bytes of the open file, which `body` gets in place of the sink: it sees where they begin and end.
    package func contents(_ bytes: UnsafeRawBufferPointer, passing body: Sink) throws {
        guard !bytes.isEmpty else { return }
        guard expects == .contents, UInt64(bytes.count) <= remainingContents else {
            throw FormatError(.nar, "file has more contents than its size")
        }
        try flush()
        byteCount += UInt64(bytes.count)
        try body(bytes)
        remainingContents -= UInt64(bytes.count)
        if remainingContents == 0 { try endContents() }
    }

    package func contents(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try contents($0) }
    }

    /// Hands the rest to the sink.
    ///
    /// Throws if the archive is not complete.
    package func finish() throws {
        guard expects == .end else { throw FormatError(.nar, "archive is not complete") }
        try flush()
    }

    private func endContents() throws {
        pad(padding)
        try endNode()
    }

    private func beginNode(_ head: [UInt8]) throws {
        precondition(expects == .root || expects == .node, "a node is not expected here")
        guard openDirectories.count < NARLimits.depth else {
            throw FormatError(.nar, "path exceeds maximum NAR directory depth of \(NARLimits.depth)")
        }
        buffer.append(contentsOf: head)
    }

    private func endNode() throws {
        buffer.append(contentsOf: Self.close)
        if openDirectories.isEmpty {
            expects = .end
        } else {
            buffer.append(contentsOf: Self.close)
            expects = .entry
        }
        try flushIfFull()
    }

    private func writeInteger(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { buffer.append(contentsOf: $0) }
    }

    private func writeString(_ string: ByteString) {
        writeInteger(UInt64(string.count))
        buffer.append(contentsOf: string.bytes)
        pad((8 - string.count % 8) % 8)
    }

    private func pad(_ count: Int) {
        for _ in 0..<count { buffer.append(0) }
    }

    private func flushIfFull() throws {
        if buffer.count >= Self.bufferSize / 2 { try flush() }
    }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        byteCount += UInt64(buffer.count)
        try buffer.withUnsafeBytes { try sink($0) }
        buffer.removeAll(keepingCapacity: true)
    }

    private static let magic = encode("nix-archive-1")
    private static let directoryHead = encode("(", "type", "directory")
    private static let symlinkHead = encode("(", "type", "symlink", "target")
    private static let regularHead = encode("(", "type", "regular", "contents")
    private static let executableHead = encode("(", "type", "regular", "executable", "", "contents")
    private static let entryHead = encode("entry", "(", "name")
    private static let nodeTag = encode("node")
    private static let close = encode(")")

    /// Tags with their lengths and padding.
    private static func encode(_ tags: StaticString...) -> [UInt8] {
        var output: [UInt8] = []
        for tag in tags {
            withUnsafeBytes(of: UInt64(tag.utf8CodeUnitCount).littleEndian) { output.append(contentsOf: $0) }
            output.append(tag)
            while !output.count.isMultiple(of: 8) { output.append(0) }
        }
        return output
    }
}
