package import NixFormats

/// Status and header fields of an HTTP answer.
package struct ResponseHead: Sendable, Equatable {
    /// 200 and so on.
    var status: Int
    /// Names in lower case, in the order received.
    var fields: [(name: String, value: String)]
    /// Seconds from the request to the answer's first byte, when that was measured.
    var latency: Double?

    /// The last value of a field; nil when absent.
    subscript(name: String) -> String? {
        fields.last { $0.name == name }?.value
    }

    package static func == (left: ResponseHead, right: ResponseHead) -> Bool {
        left.status == right.status && left.fields.elementsEqual(right.fields) { $0 == $1 }
    }

    /// Body length in bytes, when the server tells a plausible one.
    package var contentLength: Int64? {
        guard let text = self["content-length"], let length = Int64(text), length >= 0 else { return nil }
        return length
    }

    /// Whether the body is compressed on the way (so that `contentLength` is not the file's).
    var hasContentEncoding: Bool {
        guard let encoding = self["content-encoding"]?.lowercased() else { return false }
        return !encoding.isEmpty && encoding != "identity"
    }

    /// `Content-Range: bytes start-end/total` or `bytes */total`.
    package var contentRange: (start: Int64?, end: Int64?, total: Int64?)? {
        guard let text = self["content-range"], text.lowercased().hasPrefix("bytes") else { return nil }
        let parts = text.dropFirst(5).trimmingBlanks().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        let total = Int64(parts[1])
        guard bounds.count == 2 else { return (nil, nil, total) }
        guard let start = Int64(bounds[0]), let end = Int64(bounds[1]), start >= 0, end >= start else { return nil }
        return (start, end, total)
    }

    /// What tells two versions of a file apart.
    var validators: Validators {
        Validators(etag: self["etag"], lastModified: self["last-modified"])
    }

    /// The SHA-256 digest of the whole file, where a bucket keeps it; one of its parts' digests has a number behind.
    package var promisedDigest: NixHash? {
        guard let text = self["x-amz-checksum-sha256"], !text.contains("-"), let bytes = Base64.decode(text.utf8),
            bytes.count == 32
        else {
            return nil
        }
        return NixHash(.sha256, bytes)
    }

    /// The request's identifier at the server, for messages to its operators.
    var requestIdentifier: String? {
        self["x-request-id"] ?? self["x-amzn-trace-id"] ?? self["x-amz-cf-id"] ?? self["x-amz-request-id"]
    }
}

/// `ETag` and `Last-Modified` of one version of a file.
struct Validators: Sendable, Equatable {
    var etag: String?
    var lastModified: String?

    /// The value of `If-Range`: a strong ETag, else a date, else nothing.
    var ifRange: String? {
        let validator = etag.map { $0.hasPrefix("W/") ? nil : $0 } ?? lastModified
        // A record on disk could hold a line break, which would begin another field.
        return validator?.utf8.contains { $0 < 0x20 || $0 == 0x7F } == true ? nil : validator
    }

    /// Whether two answers may belong to one version: what both carry is equal.
    func agrees(with other: Validators) -> Bool {
        if let etag, let theirs = other.etag { return etag == theirs }
        if let lastModified, let theirs = other.lastModified { return lastModified == theirs }
        return true
    }
}

/// Collects header lines as libcurl delivers them, one block per answer (1xx answers come first).
package struct ResponseHeadParser {
    private var status = 0
    private var fields: [(name: String, value: String)] = []
    private var byteCount = 0

    package init() {}

    /// What a line meant.
    package enum Step {
        case more
        /// The blank line after the final answer's fields.
        case complete(ResponseHead)
        /// More than 256 KiB of header.
        case tooLong
    }

    package mutating func feed(_ line: UnsafeRawBufferPointer) -> Step {
        byteCount += line.count
        guard byteCount <= 256 << 10 else { return .tooLong }
        let text = Self.trimmed(line[...])
        if text.isEmpty {
            if status >= 200 || status == 101 { return .complete(ResponseHead(status: status, fields: fields)) }
        } else if String(decoding: text.prefix(5), as: UTF8.self).uppercased() == "HTTP/" {
            let parts = text.split(separator: UInt8(ascii: " "))
            status = parts.dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            fields = []
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let value = Self.trimmed(text[text.index(after: colon)...])
            fields.append(
                (String(decoding: text[..<colon], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self)))
        }
        return .more
    }

    /// The bytes without blanks at their ends.
    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return bytes[bytes.endIndex...] }
        return bytes[first...last]
    }
}
