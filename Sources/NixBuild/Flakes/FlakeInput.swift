import NixFormats

/// An input as a flake declares it.
struct FlakeInput {
    /// Where it comes from; nil for one that only changes another flake's, or follows another input.
    var reference: InputReference?
    /// Whether it is a flake, and not only files.
    var isFlake = true
    /// The input that stands in for it, from the root of the lock file.
    var follows: InputPath?
    /// What is declared of its own inputs.
    var overrides: [String: FlakeInput] = [:]
}

/// The way to an input: names of inputs from the root of a lock file.
typealias InputPath = [String]

extension InputPath {
    /// Reads `a/b`.
    ///
    /// - Throws: `InputError` in Nix's words for a name that no input can have.
    init(parsing text: String) throws(InputError) {
        self = []
        for name in text.split(separator: "/") {
            guard GitNames.isFlakeID(name) else {
                throw InputError("invalid flake input attribute path element '\(name)'")
            }
            append(String(name))
        }
    }

    var text: String { joined(separator: "/") }

    /// The order of lists of names by their bytes.
    static func precedes(_ left: InputPath, _ right: InputPath) -> Bool {
        for (a, b) in zip(left, right) where a != b { return a.utf8.lexicographicallyPrecedes(b.utf8) }
        return left.count < right.count
    }
}

extension Dictionary where Key == String {
    /// Members in the order of the bytes of their names.
    var inOrder: [(key: String, value: Value)] {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
