import NixFormats

/// A NAR's tree in memory.
indirect enum Tree: Equatable {
    case file([UInt8], isExecutable: Bool)
    case link(ByteString)
    case directory([(name: ByteString, node: Tree)])

    static func == (left: Tree, right: Tree) -> Bool {
        switch (left, right) {
        case (.file(let left, let isLeftExecutable), .file(let right, let isRightExecutable)):
            left == right && isLeftExecutable == isRightExecutable
        case (.link(let left), .link(let right)): left == right
        case (.directory(let left), .directory(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.name == $1.name && $0.node == $1.node }
        default: false
        }
    }

    /// Writes the tree, contents in pieces of `piece` bytes.
    func write(to writer: NARWriter, piece: Int) throws {
        switch self {
        case .file(let contents, let isExecutable):
            try writer.regular(size: UInt64(contents.count), isExecutable: isExecutable)
            for start in stride(from: 0, to: contents.count, by: piece) {
                try writer.contents(Array(contents[start..<min(start + piece, contents.count)]))
            }
        case .link(let target): try writer.symlink(target: target)
        case .directory(let entries):
            try writer.directory()
            for entry in entries {
                try writer.entry(entry.name)
                try entry.node.write(to: writer, piece: piece)
            }
            try writer.endDirectory()
        }
    }

    func archive(piece: Int = 1 << 16) throws -> [UInt8] {
        let output = Output()
        let writer = NARWriter { output.bytes.append(contentsOf: $0) }
        try write(to: writer, piece: piece)
        try writer.finish()
        return output.bytes
    }

    static func random(_ random: inout RandomSource, depth: Int = 0) -> Tree {
        switch Int.random(in: 0...(depth < 4 ? 5 : 2), using: &random) {
        case 0:
            return .file(random.bytes(upTo: 40), isExecutable: Bool.random(using: &random))
        case 1:
            let count = Int.random(in: 0...70_000, using: &random)
            return .file([UInt8](repeating: 7, count: count), isExecutable: false)
        case 2:
            let target = random.bytes(upTo: 30).filter { $0 != 0 }
            return .link(ByteString(target.isEmpty ? [46] : target))
        default:
            var names: SortedSet<ByteString> = []
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let name = random.bytes(upTo: 12).filter { $0 != 0 && $0 != UInt8(ascii: "/") }
                if !name.isEmpty, ByteString(name) != ".", ByteString(name) != ".." { names.insert(ByteString(name)) }
            }
            return .directory(names.map { ($0, Tree.random(&random, depth: depth + 1)) })
        }
    }
}

/// Bytes that a sink collects.
final class Output {
    var bytes: [UInt8] = []
}

/// Builds a tree from what a reader finds.
final class TreeBuilder: NARVisitor {
    private(set) var root: Tree?
    private var open: [[(name: ByteString, node: Tree)]] = []
    private var names: [ByteString] = []
    private var contents: [UInt8] = []
    private var isExecutable = false

    func directory() {
        open.append([])
        names.append("")
    }

    func entry(_ name: ByteString) {
        names[names.count - 1] = name
    }

    func endDirectory() {
        names.removeLast()
        add(.directory(open.removeLast()))
    }

    func symlink(target: ByteString) {
        add(.link(target))
    }

    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) {
        contents = []
        self.isExecutable = isExecutable
    }

    func contents(_ bytes: UnsafeRawBufferPointer) {
        contents.append(contentsOf: bytes)
    }

    func endRegular() {
        add(.file(contents, isExecutable: isExecutable))
    }

    private func add(_ node: Tree) {
        if let name = names.last {
            open[open.count - 1].append((name, node))
        } else {
            root = node
        }
    }
}

/// A piece of a hand-made archive.
enum Piece: ExpressibleByStringLiteral {
    /// A string with its length and padding.
    case string(ByteString)
    case length(UInt64)
    case raw([UInt8])

    init(stringLiteral value: StaticString) {
        self = .string(ByteString(stringLiteral: value))
    }

    static func archive(_ pieces: [Piece]) -> [UInt8] {
        var output: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .string(let string):
                withUnsafeBytes(of: UInt64(string.count).littleEndian) { output.append(contentsOf: $0) }
                output.append(contentsOf: string.bytes)
                output.append(contentsOf: [UInt8](repeating: 0, count: (8 - string.count % 8) % 8))
            case .length(let length): withUnsafeBytes(of: length.littleEndian) { output.append(contentsOf: $0) }
            case .raw(let bytes): output.append(contentsOf: bytes)
            }
        }
        return output
    }

    /// A directory entry with a small file.
    static func entry(_ name: ByteString, _ node: [Piece] = file) -> [Piece] {
        ["entry", "(", "name", .string(name), "node"] + node + [")"]
    }

    static let file: [Piece] = ["(", "type", "regular", "contents", "x", ")"]
}
