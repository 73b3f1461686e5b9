package import NixFormats

/// What a builder finds when it starts: its variables and the files in its temporary folder.
///
/// The contract is that of the Nix manual, "Builder execution", and of Nix 2.34 where the manual is silent.
package struct BuilderEnvironment: Sendable, Equatable {
    package var variables: SortedMap<ByteString, ByteString> = [:]
    /// Files to write into the temporary folder before the builder starts: name and contents.
    package var files: [(name: ByteString, contents: ByteString)] = []

    package static func == (left: BuilderEnvironment, right: BuilderEnvironment) -> Bool {
        left.variables == right.variables
            && left.files.elementsEqual(right.files) { $0.name == $1.name && $0.contents == $1.contents }
    }

    /// The environment of `derivation`'s builder.
    ///
    /// - Parameters:
    ///   - outputs: where each output is to be written.
    ///   - temporaryFolder: the folder the builder starts in.
    ///   - storeDirectory: what `NIX_STORE` says.
    ///   - inherited: the environment that `impureEnvVars` of a fixed-output derivation take their values from.
    package init(
        _ derivation: Derivation, outputs: [(name: ByteString, path: ByteString)], temporaryFolder: ByteString,
        storeDirectory: ByteString, cores: Int, inherited: (ByteString) -> ByteString?
    ) throws(BuildFailure) {
        variables["PATH"] = "/path-not-set"
        variables["HOME"] = "/homeless-shelter"
        variables["NIX_STORE"] = storeDirectory
        variables["NIX_BUILD_CORES"] = ByteString(String(cores))
        if let attributes = derivation.environment["__json"] {
            let structured = try StructuredAttributes(parsing: attributes, outputs: outputs)
            addFile(".attrs.sh", structured.shell, "NIX_ATTRS_SH_FILE", temporaryFolder)
            addFile(".attrs.json", structured.json, "NIX_ATTRS_JSON_FILE", temporaryFolder)
        } else {
            addAttributes(derivation, temporaryFolder)
            for output in outputs { variables[output.name] = output.path }
        }
        for name in ["NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP", "PWD"] as [ByteString] {
            variables[name] = temporaryFolder
        }
        if derivation.fixedOutput != nil {
            variables["NIX_OUTPUT_CHECKED"] = "1"
            let names = derivation.environment["impureEnvVars"] ?? ""
            for name in names.bytes.split(whereSeparator: { $0 == 0x20 || $0 == 0x0a || $0 == 0x09 }) {
                variables[ByteString(name)] = inherited(ByteString(name)) ?? ""
            }
        }
        variables["NIX_LOG_FD"] = "2"
        variables["TERM"] = "xterm-256color"
    }

    /// The derivation's attributes; those that `passAsFile` names go into files.
    private mutating func addAttributes(_ derivation: Derivation, _ temporaryFolder: ByteString) {
        let passed = (derivation.environment["passAsFile"] ?? "").bytes.split(separator: 0x20).map { ByteString($0) }
        for entry in derivation.environment {
            guard passed.contains(entry.key) else {
                variables[entry.key] = entry.value
                continue
            }
            let name = ByteString(Array(".attr-".utf8) + Digester.hash(.sha256, entry.key).nix32.bytes)
            addFile(name, entry.value, ByteString(entry.key.bytes + Array("Path".utf8)), temporaryFolder)
        }
    }

    private mutating func addFile(
        _ name: ByteString, _ contents: ByteString, _ variable: ByteString, _ folder: ByteString
    ) {
        files.append((name, contents))
        variables[variable] = ByteString(folder.bytes + [UInt8(ascii: "/")] + name.bytes)
    }
}
