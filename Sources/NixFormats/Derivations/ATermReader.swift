/// Reads `.drv` files, with Nix's error words.
///
/// Takes time and memory in proportion to the input, whatever that is.
///
/// The grammar is at `DerivationText`; dynamic inputs, floating and impure outputs are accepted without the experimental
/// features that Nix asks for. A string's surplus escapes (`\x` for `x`) and the order of lists are accepted as Nix accepts
/// them.
package struct ATermReader {
    private let bytes: [UInt8]
    private var position = 0
    private let store: StoreDirectory

    private init(_ contents: ByteString, store: StoreDirectory) {
        bytes = contents.bytes
        self.store = store
    }

    /// The derivation called `name` with the given file contents.
    ///
    /// Bytes after its end are ignored, as in Nix.
    package static func read(
        _ contents: ByteString, name: ByteString, store: StoreDirectory
    ) throws(FormatError) -> Derivation {
        var reader = ATermReader(contents, store: store)
        return try reader.readDerivation(name: name)
    }

    /// The derivation whose file is at `path`; what is wrong with the file is said with the path in front.
    package static func read(
        file contents: ByteString, at path: StorePath, store: StoreDirectory
    ) throws(FormatError) -> Derivation {
        func wrong(_ problem: String) -> FormatError {
            FormatError(.derivation, "error parsing derivation '\(store.print(path))': \(problem)")
        }
        let name = try Derivation.name(of: path)
        guard !contents.isEmpty else { throw wrong("file is empty (possible filesystem corruption)") }
        do {
            return try read(contents, name: name, store: store)
        } catch {
            throw error.kind == .derivation ? wrong(error.message) : error
        }
    }

    private mutating func readDerivation(name: ByteString) throws(FormatError) -> Derivation {
        var derivation = Derivation(name: name)
        let isDynamic = try readStart()
        try expect("[")
        // The first of equal outputs counts, but the last of equal inputs and variables.
        let outputs = try readList { (reader) throws(FormatError) in try reader.readOutput() }
        derivation.outputs = SortedMap(outputs.reversed())
        try expect(",[")
        let inputs = try readList { (reader) throws(FormatError) in try reader.readInput(isDynamic) }
        derivation.inputDerivations = SortedMap(inputs.map { ($0.path, $0.inputs.outputs) })
        if isDynamic {
            let held = SortedMap(inputs.map { ($0.path, $0.inputs.held) })
            derivation.dynamicInputs = SortedMap(held.filter { !$0.value.isEmpty }.map { ($0.key, $0.value) })
        }
        try expect(",[")
        let sources = try readList { (reader) throws(FormatError) in try reader.store.parse(reader.readPath()) }
        derivation.inputSources = SortedSet(sources)
        try expect(",")
        derivation.system = try readString()
        try expect(",")
        derivation.builder = try readString()
        try expect(",[")
        derivation.arguments = try readList { (reader) throws(FormatError) in try reader.readString() }
        try expect(",[")
        let variables = try readList { (reader) throws(FormatError) in try reader.readVariable() }
        derivation.environment = SortedMap(variables)
        try expect(")")
        return derivation
    }

    /// `("/nix/store/….drv",["out",…])`.
    private mutating func readInput(
        _ isDynamic: Bool
    ) throws(FormatError) -> (path: StorePath, inputs: DynamicInputs) {
        try expect("(")
        let path = try store.parse(readPath())
        try expect(",")
        let inputs = try readOutputs(isDynamic, depth: 0)
        try expect(")")
        return (path, inputs)
    }

    /// `["out",…]`, or in the dynamic form also `(["out",…],[("out",…)…])`.
    private mutating func readOutputs(_ isDynamic: Bool, depth: Int) throws(FormatError) -> DynamicInputs {
        var inputs = DynamicInputs()
        let isNested = isDynamic && position < bytes.count && bytes[position] == UInt8(ascii: "(")
        if isDynamic, !isNested, position >= bytes.count || bytes[position] != UInt8(ascii: "[") {
            throw FormatError(.derivation, "invalid inputDrvs entry in derivation")
        }
        if isNested { try expect("(") }
        try expect("[")
        inputs.outputs = SortedSet(try readList { (reader) throws(FormatError) in try reader.readString() })
        guard isNested else { return inputs }
        guard depth < DynamicInputs.depthLimit else {
            throw FormatError(.derivation, "outputs hold derivations too deeply")
        }
        try expect(",[")
        let held = try readList { (reader) throws(FormatError) in
            try reader.expect("(")
            let output = try reader.readString()
            try reader.expect(",")
            let inputs = try reader.readOutputs(isDynamic, depth: depth + 1)
            try reader.expect(")")
            return (output, inputs)
        }
        inputs.held = SortedMap(held)
        try expect(")")
        return inputs
    }

    /// `("name","value")`.
    private mutating func readVariable() throws(FormatError) -> (ByteString, ByteString) {
        try expect("(")
        let variable = try readString()
        try expect(",")
        let value = try readString()
        try expect(")")
        return (variable, value)
    }

    /// Whether it is the dynamic form.
    private mutating func readStart() throws(FormatError) -> Bool {
        try expect("D")
        switch position < bytes.count ? bytes[position] : 0 {
        case UInt8(ascii: "e"):
            try expect("erive(")
            return false
        case UInt8(ascii: "r"):
            try expect("rvWithVersion(")
            let version = try readString()
            guard version == "xp-dyn-drv" else {
                throw FormatError(.derivation, "Unknown derivation ATerm format version '\(version)'")
            }
            try expect(",")
            return true
        default:
            throw FormatError(.derivation, "derivation does not start with 'Derive' or 'DrvWithVersion'")
        }
    }

    /// `("out","path","algorithm","hash")`: which of the three are empty says of what kind the output is.
    private mutating func readOutput() throws(FormatError) -> (ByteString, DerivationOutput) {
        try expect("(")
        let output = try readString()
        try expect(",")
        let path = try readString()
        try expect(",")
        let algorithm = try readString()
        try expect(",")
        let hash = try readString()
        try expect(")")
        guard !algorithm.isEmpty else {
            return (output, path.isEmpty ? .deferred : .inputAddressed(try parsePath(path)))
        }
        var rest = algorithm.bytes[...]
        let method = ContentAddressMethod.removePrefix(from: &rest)
        let hashAlgorithm = try HashAlgorithm(parsing: rest, features: HashAlgorithm.everyFeature)
        if hash == "impure" {
            guard path.isEmpty else {
                throw FormatError(.derivation, "impure derivation output should not specify output path")
            }
            return (output, .impure(method, hashAlgorithm))
        }
        if hash.isEmpty {
            guard path.isEmpty else {
                throw FormatError(.derivation, "content-addressing derivation output should not specify output path")
            }
            return (output, .floating(method, hashAlgorithm))
        }
        _ = try parsePath(path)
        let value = try NixHash(parsingUnprefixed: hash.bytes[...], hashAlgorithm)
        return (output, .fixed(ContentAddress(method: method, hash: value)))
    }

    /// Elements until the bracket, which must have been opened.
    ///
    /// As in Nix a comma may also stand before the first element, or be missing after an element.
    private mutating func readList<Element>(
        _ element: (inout ATermReader) throws(FormatError) -> Element
    ) throws(FormatError) -> [Element] {
        var elements: [Element] = []
        while true {
            switch position < bytes.count ? bytes[position] : 0 {
            case UInt8(ascii: "]"):
                position += 1
                return elements
            case UInt8(ascii: ","):
                position += 1
                fallthrough
            default: elements.append(try element(&self))
            }
        }
    }

    private mutating func readPath() throws(FormatError) -> ByteString {
        let path = try readString()
        try Self.checkAbsolute(path)
        return path
    }

    private func parsePath(_ path: ByteString) throws(FormatError) -> StorePath {
        try Self.checkAbsolute(path)
        return try store.parse(path)
    }

    private static func checkAbsolute(_ path: ByteString) throws(FormatError) {
        guard path.bytes.first == UInt8(ascii: "/") else {
            throw FormatError(.derivation, "bad path '\(path)' in derivation")
        }
    }

    private mutating func expect(_ literal: StaticString) throws(FormatError) {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - position >= count, bytes[position..<(position + count)].elementsEqual(literal.bytes) else {
            throw FormatError(.derivation, "expected string '\(literal)'")
        }
        position += count
    }

    private mutating func readString() throws(FormatError) -> ByteString {
        try expect("\"")
        var result: [UInt8] = []
        var start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                result.append(contentsOf: bytes[start..<position])
                position += 1
                return ByteString(result)
            case UInt8(ascii: "\\"):
                guard position + 1 < bytes.count else { break }
                result.append(contentsOf: bytes[start..<position])
                result.append(Self.unescaped(bytes[position + 1]))
                position += 2
                start = position
                continue
            default: break
            }
            position += 1
        }
        throw FormatError(.derivation, "unterminated string in derivation")
    }

    private static func unescaped(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        case UInt8(ascii: "r"): UInt8(ascii: "\r")
        case UInt8(ascii: "t"): UInt8(ascii: "\t")
        default: character
        }
    }
}
