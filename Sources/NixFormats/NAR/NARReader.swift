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
    /// The string being collected, with its length in front and padding behind.
    private var collected: [UInt8] = []
    private var needed = NARReader.lengthSize

    /// What comes next.
    private enum State {
        case magic, nodeOpen, typeTag, type
        case regularTag, executableValue, contentsTag, contentsSize, contents, contentsPadding, regularClose
        case targetTag, target, symlinkClose
        case directoryTag, entryOpen, nameTag, name, nodeTag, entryClose
        case end
    }

    private static let lengthSize = 8
    private static let magic: ByteString = "nix-archive-1"

    package init(visitor: any NARVisitor) {
        self.visitor = visitor
    }

    /// Consumes `bytes`, all of them unless the archive ends before; gives how many.
    @discardableResult
    package func read(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        if let failure { throw failure }
        do {
            var rest = bytes[...]
            while !rest.isEmpty, state != .end {
                let before = rest.count
                if state == .contents {
                    try readContents(&rest)
                } else {
                    try collect(&rest)
                }
                byteCount &+= UInt64(before - rest.count)
                try processIfCollected()
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

    private func readContents(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
        let count = remainingContents < UInt64(rest.count) ? Int(remainingContents) : rest.count
        try visitor.contents(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
        rest = rest.dropFirst(count)
        remainingContents -= UInt64(count)
        if remainingContents == 0 { try endContents() }
    }

    private func collect(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
        let count = min(needed - collected.count, rest.count)
        collected.append(contentsOf: rest.prefix(count))
        rest = rest.dropFirst(count)
    }

    /// Acts on what was collected as soon as it is whole; a state that needs no bytes is passed at once.
    private func processIfCollected() throws {
        while state != .end, state != .contents, collected.count == needed {
            switch state {
            case .contentsSize:
                let size = collectedLength()
                startCollecting(Self.lengthSize)
                try startContents(size: size)
            case .contentsPadding:
                try checkPadding(collected[...])
                startCollecting(Self.lengthSize)
                try endRegular()
            default:
                if needed == Self.lengthSize {
                    let length = collectedLength()
                    guard length <= UInt64(maximumCount) else { throw tooLong() }
                    let count = Int(length)
                    guard count > 0 else {
                        startCollecting(Self.lengthSize)
                        try process("")
                        continue
                    }
                    stringCount = count
                    needed = Self.lengthSize + count + (8 - count % 8) % 8
                } else {
                    let string = ByteString(collected[Self.lengthSize..<(Self.lengthSize + stringCount)])
                    try checkPadding(collected[(Self.lengthSize + stringCount)...])
                    startCollecting(Self.lengthSize)
                    try process(string)
                }
            }
        }
    }

    private var stringCount = 0

    private func startCollecting(_ count: Int) {
        collected.removeAll(keepingCapacity: true)
        needed = count
    }

    private func collectedLength() -> UInt64 {
        collected.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The longest string allowed in this state.
    private var maximumCount: Int {
        switch state {
        case .magic: Self.magic.count
        case .executableValue: 0
        case .name: NARLimits.nameCount
        case .target: NARLimits.targetCount
        default: NARLimits.tagCount
        }
    }

    private func tooLong() -> FormatError {
        state == .magic ? Self.notAnArchive : FormatError(.nar, "string is too long")
    }

    private func checkPadding(_ padding: ArraySlice<UInt8>) throws(FormatError) {
        guard padding.allSatisfy({ $0 == 0 }) else {
            throw state == .magic ? Self.notAnArchive : FormatError(.nar, "non-zero padding")
        }
    }

    private static var notAnArchive: FormatError {
        FormatError(.nar, "bad archive: input doesn't look like a Nix archive")
    }

    /// Acts on the next string of the archive.
    private func process(_ string: ByteString) throws {
        switch state {
        case .magic:
            guard string == Self.magic else { throw Self.notAnArchive }
            state = .nodeOpen
        case .nodeOpen:
            try expect("(", string)
            state = .typeTag
        case .typeTag:
            try expect("type", string)
            state = .type
        case .type: try startNode(type: string)
        case .regularTag:
            if string == "executable" {
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
            try NARLimits.check(target: string)
            try visitor.symlink(target: string)
            state = .symlinkClose
        case .directoryTag: try processDirectoryTag(string)
        case .entryOpen:
            try expect("(", string)
            state = .nameTag
        case .nameTag:
            try expect("name", string)
            state = .name
        case .name:
            try NARLimits.check(name: string, after: openDirectories[openDirectories.count - 1])
            openDirectories[openDirectories.count - 1] = string
            try visitor.entry(string)
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

    private func startNode(type: ByteString) throws {
        switch type {
        case "regular":
            isExecutable = false
            state = .regularTag
        case "directory":
            try visitor.directory()
            openDirectories.append(nil)
            state = .directoryTag
        case "symlink": state = .targetTag
        default: throw FormatError(.nar, "bad archive: unknown file type '\(type)'")
        }
    }

    private func processDirectoryTag(_ tag: ByteString) throws {
        switch tag {
        case ")":
            openDirectories.removeLast()
            try visitor.endDirectory()
            endNode()
        case "entry": state = .entryOpen
        default: throw FormatError(.nar, "bad archive: expected tag 'entry' or ')', got '\(tag)'")
        }
    }

    private func startContents(size: UInt64) throws {
        try visitor.regular(size: size, isExecutable: isExecutable, offset: byteCount)
        remainingContents = size
        paddingCount = Int((8 - size % 8) % 8)
        if size == 0 { try endRegular() } else { state = .contents }
    }

    private var paddingCount = 0

    private func endContents() throws {
        guard paddingCount > 0 else { return try endRegular() }
        startCollecting(paddingCount)
        state = .contentsPadding
    }

    private func endRegular() throws {
        try visitor.endRegular()
        state = .regularClose
    }

    private func endNode() {
        state = openDirectories.isEmpty ? .end : .entryClose
    }

    private func expect(_ expected: StaticString, _ tag: ByteString) throws(FormatError) {
        guard tag.bytes.elementsEqual(expected.bytes) else {
            throw FormatError(.nar, "bad archive: expected tag '\(expected)', got '\(tag)'")
        }
    }
}
