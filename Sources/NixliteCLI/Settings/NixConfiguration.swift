import NixBuild

/// Nix's configuration files and `NIX_CONFIG`.
///
/// Source: "nix.conf" in the Nix manual.
enum NixConfiguration {
    /// The settings of the machine, of the user, and of the environment, later ones over earlier ones.
    ///
    /// - Throws: `UsageError` in Nix's words for what cannot be understood.
    static func read() throws(UsageError) -> NixSettings {
        var settings = NixSettings()
        let folder = EnvironmentVariable.value("NIX_CONF_DIR") ?? "/etc/nix"
        try apply(file: "\(folder)/nix.conf", to: &settings)
        for file in userFiles().reversed() { try apply(file: file, to: &settings) }
        if let text = EnvironmentVariable.value("NIX_CONFIG") {
            try apply(text, name: environmentName, depth: 0, to: &settings)
        }
        return settings
    }

    /// The user's files, the one that counts most first.
    private static func userFiles() -> [String] {
        if let files = EnvironmentVariable.value("NIX_USER_CONF_FILES") {
            return files.split(separator: ":").map(String.init)
        }
        let home = EnvironmentVariable.value("HOME").map { ["\($0)/.config"] } ?? []
        let own = EnvironmentVariable.value("XDG_CONFIG_HOME").map { [$0] } ?? home
        let shared = (EnvironmentVariable.value("XDG_CONFIG_DIRS") ?? "/etc/xdg").split(separator: ":").map(String.init)
        return (own + shared).map { "\($0)/nix/nix.conf" }
    }

    private static func apply(file: String, to settings: inout NixSettings) throws(UsageError) {
        guard let bytes = try? SmallFile.read(file) else { return }
        try apply(String(decoding: bytes, as: UTF8.self), name: "\"\(file)\"", depth: 0, to: &settings)
    }

    private static let environmentName = "\"NIX_CONFIG\""

    /// Files that include one another are followed so deep.
    private static let maximumDepth = 16

    private static func apply(
        _ text: String, name: String, depth: Int, to settings: inout NixSettings
    ) throws(UsageError) {
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split { " \t\r".contains($0) }.map(String.init)
            guard let first = words.first else { continue }
            if first == "include" || first == "!include", words.count == 2, depth < maximumDepth {
                try include(words[1], of: name, isRequired: first == "include", depth: depth, to: &settings)
                continue
            }
            guard words.count >= 2, words[1] == "=" else {
                let shown = line.prefix { $0 != "#" }
                throw UsageError("syntax error in configuration line '\(shown)' in \(name)")
            }
            let isNoted = NixSetting.kind(NixSetting.canonical(first)) != nil
            // A file of another version of Nix may name what this one does not know.
            if isNoted || name == environmentName {
                try settings.set(first, words.dropFirst(2).joined(separator: " "))
            }
        }
    }

    private static func include(
        _ path: String, of name: String, isRequired: Bool, depth: Int, to settings: inout NixSettings
    ) throws(UsageError) {
        let base =
            name != environmentName ? Paths.parent(String(name.dropFirst().dropLast())) : Paths.currentDirectory()
        let file = Paths.absolute(path, from: base)
        guard let bytes = try? SmallFile.read(file) else {
            if !isRequired { return }
            throw UsageError("file \"\(file)\" included from \(name) not found", suggestsHelp: false)
        }
        try apply(String(decoding: bytes, as: UTF8.self), name: "\"\(file)\"", depth: depth + 1, to: &settings)
    }
}
