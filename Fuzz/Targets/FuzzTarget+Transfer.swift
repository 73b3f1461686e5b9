import NixFetch
import NixFormats

/// What servers and the programs beside us send.
extension FuzzTarget {
    /// In one piece and in several, which must give the same chunks.
    static func readChunks(_ bytes: [UInt8]) {
        func read(inPiecesOf size: Int) -> (chunks: [[UInt8]], isRefused: Bool) {
            var reader = XetChunks()
            var chunks: [[UInt8]] = []
            do throws(FormatError) {
                for start in stride(from: 0, to: bytes.count, by: size) {
                    bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { reader.append($0) }
                    while let chunk = try reader.next({ Array($0) }) { chunks.append(chunk) }
                }
            } catch {
                return (chunks, true)
            }
            return (chunks, false)
        }
        let whole = read(inPiecesOf: max(1, bytes.count))
        let pieces = read(inPiecesOf: max(1, bytes.count / 7))
        precondition(whole == pieces)
    }

    /// An answer to a request for a part in the middle of a file.
    static func readReconstruction(_ bytes: [UInt8]) {
        guard let answer = try? JSONValue(parsing: ByteString(bytes)), let base = try? URLReference("https://h/v2/x"),
            let read = try? XetReconstruction(answer, from: base, wanted: 100..<1000, total: 5000)
        else { return }
        for fetch in read.fetches {
            precondition(!fetch.uses.isEmpty && fetch.bytes.lowerBound >= 0)
            for use in fetch.uses { precondition(use.range.upperBound <= 5000 && !use.chunks.isEmpty) }
        }
    }

    static func readResponseHead(_ bytes: [UInt8]) {
        var parser = ResponseHeadParser()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard case .complete(let head) = line.withUnsafeBytes({ parser.feed($0) }) else { continue }
            precondition(head.contentLength ?? 0 >= 0)
            if let range = head.contentRange, let start = range.start, let end = range.end {
                precondition(start <= end)
            }
            _ = head.promisedDigest
        }
    }

    static func unpackFrame(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        var output = [UInt8](repeating: 0, count: Int(bytes[0]) << 8 | Int(bytes[1]))
        bytes.withUnsafeBytes { bytes in
            output.withUnsafeMutableBytes { output in
                _ = try? LZ4Frame.decode(UnsafeRawBufferPointer(rebasing: bytes[2...]), into: output)
            }
        }
    }

    static func readGitListing(_ bytes: [UInt8]) {
        for entry in GitTree.entries(bytes) ?? [] { precondition(entry.size >= 0) }
        _ = GitTree.paths(bytes, withValue: "set")
        _ = GitTree.objects(bytes)
        _ = GitTree.references(bytes)
    }

    static func readURL(_ bytes: [UInt8]) {
        let (first, second) = halves(bytes)
        guard let base = try? URLReference(first) else { return }
        precondition((try? URLReference(base.text))?.text == base.text)
        guard let resolved = try? base.resolving(second) else { return }
        precondition((try? URLReference(resolved.text))?.text == resolved.text)
    }

    static func matchName(_ bytes: [UInt8]) {
        let (pattern, name) = halves(bytes)
        _ = GlobPattern(pattern).matches(name)
    }

    static func readLogins(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = NetrcFile(parsing: text).entry(host: "h")
        _ = AWSProfiles.parse(text)
    }

    static func readHash(_ bytes: [UInt8]) {
        let text = ByteString(bytes)
        if let hash = try? NixHash(parsingSRI: text) { precondition((try? NixHash(parsingSRI: hash.sri)) == hash) }
        if let hash = try? NixHash(parsingPrefixed: text) {
            for format in HashFormat.allCases where format != .sri {
                precondition((try? NixHash(parsingPrefixed: hash.printed(format, withAlgorithm: true))) == hash)
            }
        }
        _ = try? NixHash(parsingUnprefixed: bytes[...], .sha256)
        if let decoded = NixBase32.decode(bytes) {
            precondition(NixBase32.decode(NixBase32.encode(decoded).bytes) == decoded)
        }
        if let decoded = Base64.decode(bytes) { precondition(Base64.decode(Base64.encode(decoded).bytes) == decoded) }
        let name = PackageName(parsing: text)
        precondition(VersionComparison.compare(name.version, name.version) == 0)
        precondition(VersionComparison.compare(text, name.name) == -VersionComparison.compare(name.name, text))
        _ = VersionComparison.split(text)
    }

    /// What stands before and behind the first line break.
    private static func halves(_ bytes: [UInt8]) -> (String, String) {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        return (
            String(decoding: parts[0], as: UTF8.self), parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
        )
    }
}
