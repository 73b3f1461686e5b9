package import NixFormats

/// The bash code that turns a shell into the project's environment, with real paths only.
package struct ShellScript {
    private let shell: DevShell
    private let names: StorePathTranslation
    private let environment: [String: String]
    private let programs: String

    /// - Parameters:
    ///   - environment: the one that the shell starts from.
    ///   - programs: the folder of the project's own programs.
    package init(
        _ shell: DevShell, _ names: StorePathTranslation, environment: [String: String], programs: String
    ) {
        self.shell = shell
        self.names = names
        self.environment = environment
        self.programs = programs
    }

    /// The variables that are set, `PATH` apart, in the order of their names.
    package var variables: SortedMap<ByteString, ByteString> {
        var variables: SortedMap<ByteString, ByteString> = [:]
        for variable in shell.variables where Self.isName(variable.name) {
            variables[ByteString(variable.name)] = ByteString(names.toReal(variable.value))
        }
        if let home = shell.huggingFaceHome {
            variables["HF_HOME"] = ByteString(home)
            variables["HF_HUB_CACHE"] = ByteString("\(home)/hub")
            variables["HF_TOKEN_PATH"] = ByteString(tokenPath)
        }
        if let venv = shell.virtualEnvironment { variables["VIRTUAL_ENV"] = ByteString(venv.folder) }
        return variables
    }

    /// The folders that come before `PATH`.
    package var programFolders: [[UInt8]] {
        var folders: [[UInt8]] = [Array(programs.utf8)]
        if let venv = shell.virtualEnvironment { folders.append(Array("\(venv.folder)/bin".utf8)) }
        for package in shell.packages {
            if let path = package.path { folders.append(names.toReal(path) + Array("/bin".utf8)) }
        }
        return folders
    }

    /// The script.
    package var text: [UInt8] {
        var text: [UInt8] = []
        for name in shell.unsetVariables where Self.isName(name) { text += "unset \(name)\n".utf8 }
        for variable in variables {
            text += Array("export ".utf8) + variable.key.bytes + [UInt8(ascii: "=")]
            text += ShellQuoting.quote(variable.value.bytes) + [0x0a]
        }
        let path = Array(programFolders.joined(separator: [UInt8(ascii: ":")]))
        text += Array("export PATH=".utf8) + ShellQuoting.quote(path) + Array("${PATH:+:$PATH}\n".utf8)
        let enter = names.toReal(shell.enterShell)
        if !enter.isEmpty {
            text += enter
            if enter.last != 0x0a { text.append(0x0a) }
        }
        return text
    }

    /// The user's own token file, which the library would not find once `HF_HOME` is another.
    private var tokenPath: String {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let path = value("HF_TOKEN_PATH") { return path }
        if let home = value("HF_HOME"), home != shell.huggingFaceHome { return "\(home)/token" }
        let cache = value("XDG_CACHE_HOME") ?? "\(value("HOME") ?? "")/.cache"
        return "\(cache)/huggingface/token"
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, first != "=", !("0"..."9").contains(first) else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}
