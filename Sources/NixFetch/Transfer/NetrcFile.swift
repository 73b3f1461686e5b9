/// A `.netrc` file: logins and passwords by host name.
package struct NetrcFile: Sendable {
    /// One login.
    package struct Entry: Sendable, Equatable {
        var login = ""
        var password = ""
    }

    private var machines: [String: Entry] = [:]
    private var fallback: Entry?

    /// Reads a file; one that is missing or unreadable is empty.
    init(contentsOf path: String) {
        let bytes = (try? FileAccess.readWhole(path, limit: 1 << 20)) ?? []
        self.init(parsing: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads the text of a file: `machine NAME login USER password SECRET`, `default …`, `#` comments, `macdef` skipped.
    package init(parsing text: String) {
        var words: [Substring] = []
        var isMacro = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.trimmingBlanks().isEmpty { isMacro = false }
            if isMacro { continue }
            for word in line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
                if word.hasPrefix("#"), words.last != "password" { break }
                if word == "macdef" {
                    isMacro = true
                    break
                }
                words.append(word)
            }
        }
        var machine: String?
        var entry = Entry()
        var isOpen = false
        func close() {
            guard isOpen else { return }
            if let machine {
                if machines[machine] == nil { machines[machine] = entry }
            } else if fallback == nil {
                fallback = entry
            }
        }
        var index = 0
        func argument() -> String {
            index += 1
            return index < words.count ? String(words[index]) : ""
        }
        while index < words.count {
            switch words[index] {
            case "machine":
                close()
                machine = argument().lowercased()
                entry = Entry()
                isOpen = true
            case "default":
                close()
                machine = nil
                entry = Entry()
                isOpen = true
            case "login": entry.login = argument()
            case "password": entry.password = argument()
            case "account": _ = argument()
            default: break
            }
            index += 1
        }
        close()
    }

    /// The login for a host, or the default one.
    package func entry(host: String) -> Entry? {
        machines[host] ?? fallback
    }
}
