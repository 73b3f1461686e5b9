/// Takes a NAR apart as its bytes arrive, in pieces of any size, and tells a visitor what is in it.
///
/// The grammar is at `NARWriter`. Checked as strictly as in Nix: keywords, order and form of names, padding, depth,
/// lengths of strings; an archive that is accepted is the only one for its tree. Memory is bounded by the longest
/// string (a link's target) and the depth; contents reach the visitor without being copied.
///
/// After an error every further call throws the same error. Bytes after the archive are left alone.
package final class NARReader {
    /// Bytes of the archive that were consumed.
    package private(set) var byteCount: UInt64 = 0

    /// Whether the archive has ended.
    package var isComplete: Bool { state == .end }

    private let visitor: any NARVisitor
    private var state = State.magic
    private var failure: (any Error)?
    /// The name of the latest entry of each open directory, outermost first; nil before the first.
    private var openDirectories: [ByteString?] = []
    private var isExecutable = false
    private var remainingContents: UInt64 = 0
    private var paddingCount = 0
    /// The start of a token, length in front, whose end has not arrived yet.
    private var collected: [UInt8] = []

    /// What comes next.
    private enum State {
        case magic, nodeOpen, typeTag, type
        case regularTag, executableValue, contentsTag, contentsSize, contents, contentsPadding, regularClose
        case targetTag, target, symlinkClose
        case directoryTag, entryOpen, nameTag, name, nodeTag, entryClose
        case end
    }

    private static let lengthSize = 8
    package init(visitor: any NARVisitor) {
        self.visitor = visitor
    }

    /// Consumes `bytes`, all of them unless the archive ends before; gives how many.
    @discardableResult
    package func read(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        if let failure { throw failure }
        do {
            var rest = bytes
            while !rest.isEmpty, state != .end {
                if state == .contents {
                    try readContents(&rest)
                } else if !collected.isEmpty {
                    try collect(&rest)
                } else if try !readToken(&rest) {
                    try collect(&rest)
                }
            }
            return bytes.count - rest.count
        } catch {
            failure = error
            throw error
        }
    }

    @discardableResult
    package func read(_ bytes: [UInt8]) throws -> Int {
        try bytes.withUnsafeBytes { try read($0) }
    }

    /// Says that no more bytes will come.
    ///
    /// Throws if the archive has not ended.
    package func finish() throws {
        if let failure { throw failure }
        guard isComplete else { throw FormatError(.nar, "unexpected end-of-file") }
    }

    private func readContents(_ rest: inout UnsafeRawBufferPointer) throws {
        let count = remainingContents < UInt64(rest.count) ? Int(remainingContents) : rest.count
        let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
        advance(&rest, by: count)
        remainingContents -= UInt64(count)
        try visitor.contents(piece)
        guard remainingContents == 0 else { return }
        if paddingCount > 0 { state = .contentsPadding } else { try endRegular() }
    }

    /// Adds to a token that the pieces cut in two, and acts on it once it is whole.
    private func collect(_ rest: inout UnsafeRawBufferPointer) throws {
        repeat {
            let needed = try collected.withUnsafeBytes { try tokenSize($0) }
            let count = min(needed - collected.count, rest.count)
            collected.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            let token = collected
            let isWhole = try token.withUnsafeBytes { token in
                guard token.count == (try tokenSize(token)) else { return false }
                collected.removeAll(keepingCapacity: true)
                var token = token
                return try readToken(&token)
            }
            if isWhole { return }
        } while !rest.isEmpty
    }

    /// Acts on the token at the start of `rest` and drops it, or gives false when it is not all there.
    private func readToken(_ rest: inout UnsafeRawBufferPointer) throws -> Bool {
        let size = try tokenSize(rest)
        guard rest.count >= size else { return false }
        let token = UnsafeRawBufferPointer(rebasing: rest[..<size])
        advance(&rest, by: size)
        switch state {
        case .contentsSize: try startContents(size: Self.length(token))
        case .contentsPadding:
            try checkPadding(token)
            try endRegular()
        default:
            let end = Self.lengthSize + Int(Self.length(token))
            try checkPadding(UnsafeRawBufferPointer(rebasing: token[end...]))
            try process(UnsafeRawBufferPointer(rebasing: token[Self.lengthSize..<end]))
        }
        return true
    }

    private func advance(_ rest: inout UnsafeRawBufferPointer, by count: Int) {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        byteCount &+= UInt64(count)
    }

    /// Bytes in the token that starts with `bytes`, or in its length if that is not all there yet.
    private func tokenSize(_ bytes: UnsafeRawBufferPointer) throws(FormatError) -> Int {
        if state == .contentsPadding { return paddingCount }
        guard state != .contentsSize, bytes.count >= Self.lengthSize else { return Self.lengthSize }
        let length = Self.length(bytes)
        guard length <= UInt64(maximumCount) else {
            throw state == .magic ? Self.notAnArchive : FormatError(.nar, "string is too long")
        }
        return Self.lengthSize + (Int(length) + 7) / 8 * 8
    }

    private static func length(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    }

    /// The longest string allowed in this state.
    private var maximumCount: Int {
        switch state {
        case .magic: Self.magic.utf8CodeUnitCount
        case .executableValue: 0
        case .name: NARLimits.nameCount
        case .target: NARLimits.targetCount
        default: NARLimits.tagCount
        }
    }

    private func checkPadding(_ padding: UnsafeRawBufferPointer) throws(FormatError) {
        guard padding.allSatisfy({ $0 == 0 }) else {
            throw state == .magic ? Self.notAnArchive : FormatError(.nar, "non-zero padding")
        }
    }

    private static var magic: StaticString { "nix-archive-1" }

    private static var notAnArchive: FormatError {
        FormatError(.nar, "bad archive: input doesn't look like a Nix archive")
    }

    /// Acts on the next string of the archive.
    private func process(_ string: UnsafeRawBufferPointer) throws {
        switch state {
        case .magic:
            guard Self.isEqual(string, Self.magic) else { throw Self.notAnArchive }
            state = .nodeOpen
        case .nodeOpen:
            try expect("(", string)
            state = .typeTag
        case .typeTag:
            try expect("type", string)
            state = .type
        case .type: try startNode(type: string)
        case .regularTag:
            if Self.isEqual(string, "executable") {
                isExecutable = true
                state = .executableValue
            } else {
                try expect("contents", string)
                state = .contentsSize
            }
        case .executableValue: state = .contentsTag
        case .contentsTag:
            try expect("contents", string)
            state = .contentsSize
        case .regularClose, .symlinkClose:
            try expect(")", string)
            endNode()
        case .targetTag:
            try expect("target", string)
            state = .target
        case .target:
            let target = ByteString(string)
            try NARLimits.check(target: target)
            try visitor.symlink(target: target)
            state = .symlinkClose
        case .directoryTag: try processDirectoryTag(string)
        case .entryOpen:
            try expect("(", string)
            state = .nameTag
        case .nameTag:
            try expect("name", string)
            state = .name
        case .name:
            let name = ByteString(string)
            try NARLimits.check(name: name, after: openDirectories[openDirectories.count - 1])
            openDirectories[openDirectories.count - 1] = name
            try visitor.entry(name)
            state = .nodeTag
        case .nodeTag:
            try expect("node", string)
            guard openDirectories.count < NARLimits.depth else {
                throw FormatError(
                    .nar, "bad archive: NAR directory nesting exceeds maximum depth of \(NARLimits.depth)")
            }
            state = .nodeOpen
        case .entryClose:
            try expect(")", string)
            state = .directoryTag
        case .contentsSize, .contents, .contentsPadding, .end:
            preconditionFailure("not a state in which strings are read")
        }
    }

    private func startNode(type: UnsafeRawBufferPointer) throws {
        if Self.isEqual(type, "regular") {
            isExecutable = false
            state = .regularTag
        } else if Self.isEqual(type, "directory") {
            try visitor.directory()
            openDirectories.append(nil)
            state = .directoryTag
        } else if Self.isEqual(type, "symlink") {
            state = .targetTag
        } else {
            throw FormatError(.nar, "bad archive: unknown file type '\(ByteString(type))'")
        }
    }

    private func processDirectoryTag(_ tag: UnsafeRawBufferPointer) throws {
        if Self.isEqual(tag, "entry") {
            state = .entryOpen
        } else if Self.isEqual(tag, ")") {
            openDirectories.removeLast()
            try visitor.endDirectory()
            endNode()
        } else {
            throw FormatError(.nar, "bad archive: expected tag 'entry' or ')', got '\(ByteString(tag))'")
        }
    }

    private func startContents(size: UInt64) throws {
        try visitor.regular(size: size, isExecutable: isExecutable, offset: byteCount)
        remainingContents = size
        paddingCount = Int((8 - size % 8) % 8)
        if size == 0 { try endRegular() } else { state = .contents }
    }

    private func endRegular() throws {
        try visitor.endRegular()
        state = .regularClose
    }

    private func endNode() {
        state = openDirectories.isEmpty ? .end : .entryClose
    }

    private func expect(_ expected: StaticString, _ tag: UnsafeRawBufferPointer) throws(FormatError) {
        guard Self.isEqual(tag, expected) else {
            throw FormatError(.nar, "bad archive: expected tag '\(expected)', got '\(ByteString(tag))'")
        }
    }

    private static func isEqual(_ tag: UnsafeRawBufferPointer, _ expected: StaticString) -> Bool {
        tag.count == expected.utf8CodeUnitCount && tag.elementsEqual(expected.bytes)
    }
}
