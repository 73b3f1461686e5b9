package import NixFormats

/// What a part of a file is made of: the answer of `/v2/reconstructions` or `/v1/reconstructions`, checked.
package struct XetReconstruction: Sendable {
    /// Chunks of a xorb that one request gives.
    package struct Fetch: Sendable {
        let url: URLReference
        /// The xorb, by the digits of its hash.
        let xorb: String
        /// The numbers of its chunks.
        package let chunks: Range<Int>
        /// Where they lie in the xorb.
        package let bytes: ClosedRange<Int64>
        /// Where they go, at least once.
        package var uses: [Use]
    }

    /// Chunks that lie in a row in the file.
    package struct Use: Sendable {
        package let chunks: Range<Int>
        /// Where in the file.
        package let range: Range<Int64>
    }

    /// What to ask for, in the order of the file.
    package private(set) var fetches: [Fetch] = []

    private struct Invalid: Error {
        let reason: String
    }

    /// Reads an answer to a request for `wanted` of a file of `total` bytes.
    ///
    /// - Throws: code `.damaged` where it does not give what was asked for.
    package init(
        _ answer: JSONValue, from url: URLReference, wanted: Range<Int64>, total: Int64
    ) throws(TransferError) {
        do throws(Invalid) {
            try read(answer, url, wanted, total)
        } catch {
            throw .damaged("the list of a file's parts is unusable: \(error.reason)", from: url)
        }
    }

    private mutating func read(
        _ answer: JSONValue, _ url: URLReference, _ wanted: Range<Int64>, _ total: Int64
    ) throws(Invalid) {
        guard let offset = answer["offset_into_first_range"]?.integer, offset >= 0, offset <= wanted.lowerBound,
            let terms = answer["terms"]?.array, !terms.isEmpty
        else { throw Invalid(reason: "it has no terms") }
        let known = try Self.fetches(answer, url)
        var places: [String: Int] = [:]
        var position = wanted.lowerBound - offset
        for term in terms {
            guard let xorb = term["hash"]?.text, let length = term["unpacked_length"]?.integer, length > 0,
                length <= total - position, let chunks = Self.chunks(term["range"])
            else { throw Invalid(reason: "a term is out of bounds") }
            guard let fetch = Self.fetch(chunks, in: known[xorb] ?? []) else {
                throw Invalid(reason: "a term has no address")
            }
            let use = Use(chunks: chunks, range: position..<position + length)
            position += length
            let name = "\(xorb) \(fetch.chunks.lowerBound)"
            if let place = places[name] {
                fetches[place].uses.append(use)
            } else {
                places[name] = fetches.count
                fetches.append(fetch)
                fetches[fetches.count - 1].uses = [use]
            }
        }
        guard position > wanted.lowerBound else { throw Invalid(reason: "it does not reach what was asked for") }
    }

    /// The one that has all of some chunks, of those of a xorb in the order of their first chunks.
    private static func fetch(_ chunks: Range<Int>, in fetches: [Fetch]) -> Fetch? {
        var low = 0
        var high = fetches.count
        while low < high {
            let middle = (low + high) / 2
            if fetches[middle].chunks.lowerBound <= chunks.lowerBound { low = middle + 1 } else { high = middle }
        }
        // Ranges that overlap are allowed, and not expected.
        return fetches[..<low].suffix(8).last { chunks.upperBound <= $0.chunks.upperBound }
    }

    private static func chunks(_ value: JSONValue?) -> Range<Int>? {
        guard let start = value?["start"]?.integer, let end = value?["end"]?.integer, start >= 0, start < end,
            end <= 1 << 20
        else { return nil }
        return Int(start)..<Int(end)
    }

    private static func bytes(_ value: JSONValue?) -> ClosedRange<Int64>? {
        guard let start = value?["start"]?.integer, let end = value?["end"]?.integer, start >= 0, start <= end,
            end < 1 << 40
        else { return nil }
        return start...end
    }

    /// The addresses by xorb: `xorbs` of version 2, `fetch_info` of version 1.
    private static func fetches(_ answer: JSONValue, _ base: URLReference) throws(Invalid) -> [String: [Fetch]] {
        var found: [String: [Fetch]] = [:]
        func add(_ xorb: ByteString, _ text: String?, _ chunks: JSONValue?, _ bytes: JSONValue?) throws(Invalid) {
            let name = xorb.description
            guard XetHash(parsing: name) != nil, let chunks = Self.chunks(chunks), let bytes = Self.bytes(bytes),
                let text, let url = try? base.resolving(text), url.isAsSafe(as: base)
            else { throw Invalid(reason: "an address is unusable") }
            found[name, default: []].append(Fetch(url: url, xorb: name, chunks: chunks, bytes: bytes, uses: []))
        }
        guard case .object(let members)? = answer["xorbs"] ?? answer["fetch_info"] else {
            throw Invalid(reason: "it has no addresses")
        }
        let isSecond = answer["xorbs"] != nil
        for member in members {
            for entry in member.value.array ?? [] {
                if isSecond {
                    for range in entry["ranges"]?.array ?? [] {
                        try add(member.key, entry["url"]?.text, range["chunks"], range["bytes"])
                    }
                } else {
                    try add(member.key, entry["url"]?.text, entry["range"], entry["url_range"])
                }
            }
        }
        return found.mapValues { $0.sorted { $0.chunks.lowerBound < $1.chunks.lowerBound } }
    }
}
