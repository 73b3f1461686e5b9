extension NARInfo {
    /// Parses a `.narinfo` file; `source` is what messages call it.
    ///
    /// Stricter than Nix in refusing a field that comes twice; a signature that cannot be parsed is left out. Unknown
    /// fields are ignored. URL, file hash and file size are not signed: check what they lead to.
    package init(parsing text: ByteString, source: ByteString, store: StoreDirectory) throws(FormatError) {
        var parser = NARInfoParser(source: source, store: store)
        self = try parser.parse(text.bytes)
    }
}

private struct NARInfoParser {
    let source: ByteString
    let store: StoreDirectory
    var line = 1

    var path: StorePath?
    var url: ByteString?
    var compression: NARInfo.Compression?
    var fileHash: NixHash?
    var fileSize: UInt64?
    var narHash: NixHash?
    var narSize: UInt64?
    var references: SortedSet<StorePath>?
    var deriver: StorePath?
    var hasDeriver = false
    var signatures: [Signature] = []
    var contentAddress: ContentAddress?

    init(source: ByteString, store: StoreDirectory) {
        self.source = source
        self.store = store
    }

    mutating func parse(_ bytes: [UInt8]) throws(FormatError) -> NARInfo {
        var position = 0
        while position < bytes.count {
            guard let colon = bytes[position...].firstIndex(of: UInt8(ascii: ":")) else {
                throw corrupt("expecting ':'")
            }
            // One character after the colon is skipped, whatever it is.
            let start = colon + 2
            guard start <= bytes.count, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
                throw corrupt("expecting '\\n'")
            }
            try parseField(ByteString(bytes[position..<colon]), ByteString(bytes[start..<end]))
            position = end + 1
            line += 1
        }
        guard let path else { throw incomplete("StorePath missing") }
        guard let narHash else { throw incomplete("NarHash missing") }
        guard let url, !url.isEmpty else { throw incomplete("URL missing") }
        guard let narSize, narSize > 0 else { throw incomplete("NarSize missing or zero") }
        return NARInfo(
            path: path, url: url, compression: compression ?? .bzip2, fileHash: fileHash, fileSize: fileSize,
            narHash: narHash, narSize: narSize, references: references ?? [], deriver: deriver,
            signatures: SortedSet(signatures), contentAddress: contentAddress)
    }

    private mutating func parseField(_ key: ByteString, _ value: ByteString) throws(FormatError) {
        switch key {
        case "StorePath": try set(&path, "StorePath", try store.parse(value))
        case "URL": try set(&url, "URL", value)
        case "Compression":
            let name: ByteString = value.isEmpty ? "bzip2" : value
            guard let parsed = NARInfo.Compression.allCases.first(where: { ByteString($0.rawValue) == name }) else {
                throw corrupt("invalid Compression")
            }
            try set(&compression, "Compression", parsed)
        case "FileHash": try set(&fileHash, "FileHash", try hash(value))
        case "FileSize": try set(&fileSize, "FileSize", try integer(value, "FileSize"))
        case "NarHash": try set(&narHash, "NarHash", try hash(value))
        case "NarSize": try set(&narSize, "NarSize", try integer(value, "NarSize"))
        case "References":
            var parsed: [StorePath] = []
            for reference in value.bytes.split(separator: UInt8(ascii: " ")) {
                parsed.append(try StorePath(baseName: reference))
            }
            try set(&references, "References", SortedSet(parsed))
        case "Deriver":
            guard !hasDeriver else { throw corrupt("extra Deriver") }
            hasDeriver = true
            if value != "unknown-deriver" { deriver = try StorePath(baseName: value) }
        case "Sig":
            if let signature = try? Signature(parsing: value) { signatures.append(signature) }
        case "CA":
            if !value.isEmpty { try set(&contentAddress, "CA", try ContentAddress(parsing: value)) }
        default: break
        }
    }

    private func set<Value>(
        _ field: inout Value?, _ key: StaticString, _ value: Value
    ) throws(FormatError) {
        guard field == nil else { throw corrupt("extra \(key)") }
        field = value
    }

    private func hash(_ value: ByteString) throws(FormatError) -> NixHash {
        do {
            return try NixHash(parsingPrefixed: value)
        } catch {
            throw corrupt("bad hash")
        }
    }

    /// Decimal digits and nothing else.
    private func integer(_ value: ByteString, _ key: StaticString) throws(FormatError) -> UInt64 {
        var result: UInt64 = 0
        for character in value.bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { throw corrupt("invalid \(key)") }
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(character - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw corrupt("invalid \(key)") }
            result = sum
        }
        guard !value.isEmpty else { throw corrupt("invalid \(key)") }
        return result
    }

    private func corrupt(_ reason: String) -> FormatError {
        FormatError(.narInfo, "NAR info file '\(source)' is corrupt: \(reason) at line \(line)")
    }

    private func incomplete(_ reason: String) -> FormatError {
        FormatError(.narInfo, "NAR info file '\(source)' is corrupt: \(reason)")
    }
}
