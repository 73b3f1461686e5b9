import Glibc
import NixBuild
import NixEval

extension Repl {
    /// What the word before the cursor may become, bytewise in order: paths, variables, or attributes of what stands
    /// before the last dot.
    func completions(of word: [UInt8]) -> [[UInt8]] {
        let found: [[UInt8]]
        if let slash = word.lastIndex(of: UInt8(ascii: "/")) {
            found = paths(String(decoding: word[..<slash], as: UTF8.self), Array(word[(slash + 1)...]))
        } else if let dot = word.lastIndex(of: UInt8(ascii: ".")) {
            let subject = Array(word[..<dot])
            found = attributes(of: subject, Array(word[(dot + 1)...])).map { subject + [UInt8(ascii: ".")] + $0 }
        } else {
            found = scope.names.filter { $0.starts(with: word) }
        }
        return Set(found).sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func paths(_ folder: String, _ prefix: [UInt8]) -> [[UInt8]] {
        let place = folder.isEmpty ? "/" : folder
        guard let directory = opendir(place) else { return [] }
        defer { closedir(directory) }
        var found: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name.first != UInt8(ascii: "."), name.starts(with: prefix) {
                found.append(Array("\(folder)/".utf8) + name)
            }
        }
        return found
    }

    /// The attributes that an expression's value has; none where it fails.
    private func attributes(of expression: [UInt8], _ prefix: [UInt8]) -> [[UInt8]] {
        do {
            return try interrupts.evaluatingAtPrompt {
                let value = try evaluate(String(decoding: expression, as: UTF8.self))
                guard try session.evaluator.kind(of: value) == .attributes else { return [] }
                return try session.evaluator.attributeNames(of: value).filter { $0.starts(with: prefix) }
            }
        } catch {
            return []
        }
    }
}
