import NixFormats

extension Machine {
    /// The context of a file's text: those references of its store object whose hash parts occur in it.
    func context(ofFile path: [UInt8], _ text: [UInt8]) throws(EvaluationError) -> UInt32 {
        let evaluator = evaluator
        guard let object = try? evaluator.host.storeDirectory.parsePrefix(ByteString(path)).path else { return 0 }
        let references: [StorePath]
        // An object that the store does not know has no references.
        do throws(HostError) { references = try evaluator.host.references(of: object) } catch { return 0 }
        if references.isEmpty { return 0 }
        var wanted: [ArraySlice<UInt8>: StorePath] = [:]
        for reference in references { wanted[reference.hashPart] = reference }
        let found = FileReferences.scan(text, for: Set(wanted.keys))
        return evaluator.contexts.index(of: found.compactMap { wanted[$0] }.map { .path($0) })
    }
}

/// Looks for the hash parts of store paths in a text.
enum FileReferences {
    /// Characters of the hash part of a store path.
    static let hashCount = 32
    private static let alphabet = ByteSet("0123456789abcdfghijklmnpqrsvwxyz".utf8)

    static func scan(_ text: [UInt8], for wanted: Set<ArraySlice<UInt8>>) -> Set<ArraySlice<UInt8>> {
        var found: Set<ArraySlice<UInt8>> = []
        var start = 0
        while start + hashCount <= text.count {
            // A byte that no hash has rules out every start up to it.
            if let other = text[start..<start + hashCount].lastIndex(where: { !alphabet.contains($0) }) {
                start = other + 1
                continue
            }
            let candidate = text[start..<start + hashCount]
            if wanted.contains(candidate) {
                found.insert(candidate)
                start += hashCount
            } else {
                start += 1
            }
        }
        return found
    }
}
