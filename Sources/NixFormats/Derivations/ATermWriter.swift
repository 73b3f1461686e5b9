/// Writes derivations as `.drv` files, byte for byte as Nix does.
///
///     Derive([(output,path,algorithm,hash)…],[(drv,[output…])…],[source…],system,builder,[argument…],[(name,value)…])
///
/// Source: "Derivation ATerm format" in the Nix manual.
package struct ATermWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private let store: StoreDirectory

    private init(store: StoreDirectory) {
        self.store = store
    }

    /// The file's contents.
    ///
    /// Throws if an output's path cannot be computed.
    package static func write(_ derivation: Derivation, store: StoreDirectory) throws(FormatError) -> ByteString {
        var writer = ATermWriter(store: store)
        writer.reserve(for: derivation)
        try writer.writeOutputs(derivation)
        var isFirst = true
        for (path, outputs) in derivation.inputDerivations.lazy.map({ ($0.key, $0.value) }) {
            writer.separate(&isFirst)
            writer.bytes.append("(\"")
            store.append(path, to: &writer.bytes)
            writer.bytes.append("\",")
            writer.writePlainList(outputs)
            writer.bytes.append(")")
        }
        writer.writeRest(derivation, maskingOutputs: false)
        return ByteString(writer.bytes)
    }

    /// The form that is hashed: input derivations are named by hash, and with `maskingOutputs` the derivation's own
    /// output paths are empty.
    ///
    /// All outputs must be input-addressed or deferred.
    static func writeModulo(
        _ derivation: Derivation, inputs: SortedMap<ByteString, SortedSet<ByteString>>, maskingOutputs: Bool,
        store: StoreDirectory
    ) throws(FormatError) -> [UInt8] {
        var writer = ATermWriter(store: store)
        writer.reserve(for: derivation)
        if maskingOutputs {
            var isFirst = true
            writer.bytes.append("Derive([")
            for output in derivation.outputs {
                writer.separate(&isFirst)
                writer.bytes.append("(")
                writer.writePlain(output.key)
                writer.bytes.append(",\"\",\"\",\"\")")
            }
            writer.bytes.append("],[")
        } else {
            try writer.writeOutputs(derivation)
        }
        var isFirst = true
        for input in inputs {
            writer.separate(&isFirst)
            writer.bytes.append("(")
            writer.writePlain(input.key)
            writer.bytes.append(",")
            writer.writePlainList(input.value)
            writer.bytes.append(")")
        }
        writer.writeRest(derivation, maskingOutputs: maskingOutputs)
        return writer.bytes
    }

    private mutating func reserve(for derivation: Derivation) {
        var count = 256 + derivation.builder.count
        count += derivation.arguments.reduce(0) { $0 + $1.count + 8 }
        count += derivation.environment.reduce(0) { $0 + $1.key.count + $1.value.count + 8 }
        count += (derivation.outputs.count + derivation.inputDerivations.count + derivation.inputSources.count) * 160
        bytes.reserveCapacity(count)
    }

    /// From the start up to and including the bracket that opens the input derivations.
    private mutating func writeOutputs(_ derivation: Derivation) throws(FormatError) {
        bytes.append("Derive([")
        var isFirst = true
        for output in derivation.outputs {
            separate(&isFirst)
            bytes.append("(")
            writePlain(output.key)
            let path = try output.value.path(output: output.key, derivationName: derivation.name, in: store)
            bytes.append(",\"")
            if let path { store.append(path, to: &bytes) }
            bytes.append("\",\"")
            switch output.value {
            case .inputAddressed, .deferred: bytes.append("\",\"")
            case .fixed(let address):
                bytes.append(address.method.prefix)
                bytes.append(address.hash.algorithm.name)
                bytes.append("\",\"")
                address.hash.append(.base16, withAlgorithm: false, to: &bytes)
            case .floating(let method, let algorithm):
                bytes.append(method.prefix)
                bytes.append(algorithm.name)
                bytes.append("\",\"")
            case .impure(let method, let algorithm):
                bytes.append(method.prefix)
                bytes.append(algorithm.name)
                bytes.append("\",\"impure")
            }
            bytes.append("\")")
        }
        bytes.append("],[")
    }

    /// From the bracket that closes the input derivations to the end.
    private mutating func writeRest(_ derivation: Derivation, maskingOutputs: Bool) {
        bytes.append("],[")
        var isFirst = true
        for source in derivation.inputSources {
            separate(&isFirst)
            bytes.append("\"")
            store.append(source, to: &bytes)
            bytes.append("\"")
        }
        bytes.append("],")
        writePlain(derivation.system)
        bytes.append(",")
        writeEscaped(derivation.builder)
        bytes.append(",[")
        isFirst = true
        for argument in derivation.arguments {
            separate(&isFirst)
            writeEscaped(argument)
        }
        bytes.append("],[")
        isFirst = true
        for variable in derivation.environment {
            separate(&isFirst)
            bytes.append("(")
            writeEscaped(variable.key)
            bytes.append(",")
            let isMasked = maskingOutputs && derivation.outputs[variable.key] != nil
            writeEscaped(isMasked ? "" : variable.value)
            bytes.append(")")
        }
        bytes.append("])")
    }

    private mutating func separate(_ isFirst: inout Bool) {
        if !isFirst { bytes.append(",") }
        isFirst = false
    }

    private mutating func writePlainList(_ strings: SortedSet<ByteString>) {
        bytes.append("[")
        var isFirst = true
        for string in strings {
            separate(&isFirst)
            writePlain(string)
        }
        bytes.append("]")
    }

    /// A string in which nothing is escaped: names, paths, digits and, as Nix has it, the system.
    private mutating func writePlain(_ string: ByteString) {
        bytes.append("\"")
        bytes.append(contentsOf: string.bytes)
        bytes.append("\"")
    }

    private mutating func writeEscaped(_ string: ByteString) {
        bytes.append("\"")
        var start = 0
        let source = string.bytes
        source.withUnsafeBufferPointer { source in
            for index in source.indices {
                let escaped: StaticString
                switch source[index] {
                case UInt8(ascii: "\""): escaped = "\\\""
                case UInt8(ascii: "\\"): escaped = "\\\\"
                case UInt8(ascii: "\n"): escaped = "\\n"
                case UInt8(ascii: "\r"): escaped = "\\r"
                case UInt8(ascii: "\t"): escaped = "\\t"
                default: continue
                }
                bytes.append(contentsOf: source[start..<index])
                bytes.append(escaped)
                start = index + 1
            }
            bytes.append(contentsOf: source[start...])
        }
        bytes.append("\"")
    }
}
