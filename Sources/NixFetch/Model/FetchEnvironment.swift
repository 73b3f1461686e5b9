import Glibc

/// The process environment a fetch may read: tokens, proxies, profiles, home directory.
///
/// Passed in rather than read where it is needed, so that a test decides every variable.
package struct FetchEnvironment: Sendable {
    /// Environment variables.
    package var variables: [String: String]
    /// The user's home directory, for `~`.
    package var homeDirectory: String

    /// An environment with exactly these variables; `HOME` gives the home directory unless one is named.
    package init(variables: [String: String], homeDirectory: String? = nil) {
        self.variables = variables
        self.homeDirectory = homeDirectory ?? variables["HOME"] ?? "/"
    }

    /// The environment of this process.
    package static func current() -> FetchEnvironment {
        var variables: [String: String] = [:]
        var cursor = environ
        while let entry = cursor.pointee {
            let text = String(cString: entry)
            if let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                variables[String(text[..<equals])] = String(text[text.utf8.index(after: equals)...])
            }
            cursor += 1
        }
        return FetchEnvironment(variables: variables)
    }

    /// A variable's value; nil when unset or empty.
    package func value(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    /// Whether a variable holds one of the Hub's true values: `1 ON YES TRUE` in any case.
    package func isTrue(_ name: String) -> Bool {
        ["1", "ON", "YES", "TRUE"].contains(variables[name]?.uppercased() ?? "")
    }

    /// A path with a leading `~/` and `$NAME` or `${NAME}` replaced.
    package func expand(_ path: String) -> String {
        var output = ""
        var rest = Substring(path)
        if rest == "~" || rest.hasPrefix("~/") {
            output = homeDirectory
            rest = rest.dropFirst()
        }
        while let dollar = rest.firstIndex(of: "$") {
            output += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let braced = rest.first == "{"
            if braced { rest = rest.dropFirst() }
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            output += variables[String(name)] ?? ""
            rest = rest.dropFirst(name.count)
            if braced, rest.first == "}" { rest = rest.dropFirst() }
        }
        return output + rest
    }

    /// The first line of a small file (a token), trimmed; nil when it cannot be read or is blank.
    package func readTrimmedFile(_ path: String) -> String? {
        guard let bytes = try? FileAccess.readWhole(path, limit: 64 << 10) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let trimmed = text.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }.trimmingBlanks()
        return trimmed.isEmpty ? nil : trimmed
    }
}
