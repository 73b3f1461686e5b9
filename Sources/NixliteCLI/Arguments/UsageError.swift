import ArgumentParser

/// A command line that does not make sense, worded as Nix words it.
struct UsageError: Error {
    let message: String
    /// Whether the line that points to `--help` follows.
    let suggestsHelp: Bool

    init(_ message: String, suggestsHelp: Bool = true) {
        self.message = message
        self.suggestsHelp = suggestsHelp
    }

    /// The same for what the argument parser found, whose own words are taken apart where Nix has others.
    init(parserMessage text: String) {
        func quoted(after prefix: String) -> String? {
            guard text.hasPrefix(prefix) else { return nil }
            let rest = text.dropFirst(prefix.count)
            guard let end = rest.firstIndex(of: "'") else { return nil }
            return String(rest[..<end])
        }
        if let flag = quoted(after: "Unknown option '") {
            self.init("unrecognised flag '\(flag)'")
        } else if let flag = quoted(after: "Missing value for '") {
            let name = flag.split(separator: " ").first.map(String.init) ?? flag
            self.init("flag '\(name)' requires 1 argument(s), but only 0 were given")
        } else if let argument = quoted(after: "Unexpected argument '") {
            self.init("unexpected argument '\(argument)'")
        } else {
            let sentence = text.prefix(1).lowercased() + text.dropFirst()
            self.init(sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence)
        }
    }
}
