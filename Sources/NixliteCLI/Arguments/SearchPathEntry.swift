/// Entries of the search path: `path` or `prefix=path`.
enum SearchPathEntry {
    static func parse(_ text: String) -> (prefix: String, path: String) {
        guard let equals = text.firstIndex(of: "=") else { return ("", text) }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// The entries of `NIX_PATH`, separated by colons that do not belong to an address.
    static func list(_ text: String) -> [(prefix: String, path: String)] {
        var entries: [String] = []
        var entry = ""
        var rest = Substring(text)
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == ":", !isScheme(entry, rest) {
                entries.append(entry)
                entry = ""
            } else {
                entry.append(character)
            }
        }
        entries.append(entry)
        return entries.filter { !$0.isEmpty }.map(parse)
    }

    /// Whether the colon after `entry` belongs to `https://…`, `channel:…` or `flake:…`.
    private static func isScheme(_ entry: String, _ rest: Substring) -> Bool {
        let word = entry.split(separator: "=").last.map(String.init) ?? ""
        return rest.hasPrefix("//") || word == "channel" || word == "flake"
    }
}
