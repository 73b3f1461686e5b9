/// A file pattern as bash's `[[ path == pattern ]]` reads it: `*` crosses `/`, `?` is any byte, `[a-z]` and `[!a-z]` are
/// sets, `\` takes the next byte literally; no braces.
///
/// Bytes, as in the C locale.
package struct GlobPattern: Sendable, Equatable {
    private enum Element: Sendable, Equatable {
        case literal(UInt8)
        case anyByte
        case anyRun
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    private let elements: [Element]

    package init(_ text: String) {
        let bytes = Array(text.utf8)
        var elements: [Element] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "*"): if elements.last != .anyRun { elements.append(.anyRun) }
            case UInt8(ascii: "?"): elements.append(.anyByte)
            case UInt8(ascii: "\\") where index < bytes.count:
                elements.append(.literal(bytes[index]))
                index += 1
            case UInt8(ascii: "["):
                if let (set, end) = Self.set(bytes, from: index) {
                    elements.append(set)
                    index = end
                } else {
                    elements.append(.literal(byte))
                }
            default: elements.append(.literal(byte))
            }
        }
        self.elements = elements
    }

    /// A bracket expression whose first byte after `[` is at `start`; nil when it is never closed.
    private static func set(_ bytes: [UInt8], from start: Int) -> (Element, Int)? {
        var index = start
        var ranges: [ClosedRange<UInt8>] = []
        var isNegated = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "!") || bytes[index] == UInt8(ascii: "^") {
            isNegated = true
            index += 1
        }
        let first = index
        while index < bytes.count {
            var low = bytes[index]
            if low == UInt8(ascii: "]"), index > first { return (.set(ranges, isNegated: isNegated), index + 1) }
            if low == UInt8(ascii: "["), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":"),
                let (members, end) = namedClass(bytes, from: index + 2)
            {
                ranges += members
                index = end
                continue
            }
            if low == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                low = bytes[index]
            }
            index += 1
            if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "-"), bytes[index + 1] != UInt8(ascii: "]") {
                let high = bytes[index + 1]
                if low <= high { ranges.append(low...high) }
                index += 2
            } else {
                ranges.append(low...low)
            }
        }
        return nil
    }

    private static func namedClass(_ bytes: [UInt8], from start: Int) -> ([ClosedRange<UInt8>], Int)? {
        let name = bytes[start...].prefix { $0 != UInt8(ascii: ":") }
        let end = start + name.count
        guard end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "]") else { return nil }
        let classes: [String: [ClosedRange<UInt8>]] = [
            "digit": [0x30...0x39], "lower": [0x61...0x7A], "upper": [0x41...0x5A],
            "alpha": [0x41...0x5A, 0x61...0x7A], "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A],
            "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66], "space": [0x09...0x0D, 0x20...0x20],
            "blank": [0x09...0x09, 0x20...0x20], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        ]
        return classes[String(decoding: name, as: UTF8.self)].map { ($0, end + 2) }
    }

    /// Whether the whole path matches.
    ///
    /// Time is at most pattern length times path length.
    package func matches(_ path: String) -> Bool {
        let bytes = Array(path.utf8)
        var element = 0
        var position = 0
        // Where the last `*` stands, and how far it reaches so far: the only point to come back to.
        var lastRun: (element: Int, position: Int)?
        while position < bytes.count {
            if element < elements.count {
                if elements[element] == .anyRun {
                    lastRun = (element, position)
                    element += 1
                    continue
                }
                if Self.accepts(elements[element], bytes[position]) {
                    element += 1
                    position += 1
                    continue
                }
            }
            guard let run = lastRun else { return false }
            lastRun = (run.element, run.position + 1)
            element = run.element + 1
            position = run.position + 1
        }
        return elements[element...].allSatisfy { $0 == .anyRun }
    }

    private static func accepts(_ element: Element, _ byte: UInt8) -> Bool {
        switch element {
        case .literal(let wanted): byte == wanted
        case .anyByte: true
        case .anyRun: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}

/// The patterns of a model's `files`: a path is kept when any of them matches.
struct FileSelection: Sendable {
    private let patterns: [(text: String, pattern: GlobPattern)]?

    /// No patterns keep everything.
    init(_ patterns: [String]?) {
        self.patterns = patterns.map { $0.map { ($0, GlobPattern($0)) } }
    }

    func keeps(_ path: String) -> Bool {
        patterns?.contains { $0.pattern.matches(path) } ?? true
    }

    /// Throws when nothing was kept, and names what there is.
    func checkKept(_ kept: [String], of all: [String], in owner: String) throws(FetchError) {
        guard kept.isEmpty, let patterns else { return }
        let shown = all.prefix(10).map { "'\($0.printable)'" }.joined(separator: ", ")
        throw FetchError(
            .noMatchingFiles,
            "no files in \(owner) match \(patterns.map { "'\($0.text.printable)'" }.joined(separator: " "))",
            hint: all.isEmpty ? nil : "there are \(all.count) files: \(shown)\(all.count > 10 ? ", …" : "")")
    }

    /// The patterns that match none of the paths.
    func unused(_ paths: [String]) -> [String] {
        patterns?.filter { entry in !paths.contains { entry.pattern.matches($0) } }.map(\.text) ?? []
    }
}
