import NixFormats

/// The sidecar of a partial file: which version of what it holds, and which of its bytes are there.
///
/// Replaced by rename after the bytes it counts were written. It is believed within one boot of the machine; after
/// another boot (a power loss may have dropped written bytes) only when the whole file's digest is known, which then
/// decides. Documentation/Fetching.md describes the form.
struct PartialRecord: Equatable, Sendable {
    var validators = Validators()
    var total: Int64?
    var written = ByteRanges()
    /// `/proc/sys/kernel/random/boot_id` when it was written.
    var boot: String

    /// The identifier of this boot; empty where the kernel does not tell.
    static func currentBoot() -> String {
        let bytes = (try? FileAccess.readWhole("/proc/sys/kernel/random/boot_id", limit: 4096)) ?? []
        return String(decoding: bytes, as: UTF8.self).trimmingBlanks()
    }

    init(boot: String) {
        self.boot = boot
    }

    /// Reads a sidecar; nil when it is not one of ours.
    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), value["version"]?.integer == 1,
            let ranges = value["written"]?.array
        else { return nil }
        boot = value["boot"]?.text ?? ""
        total = value["total"]?.integer
        validators = Validators(etag: value["etag"]?.text, lastModified: value["lastModified"]?.text)
        for range in ranges {
            guard let bounds = range.array, bounds.count == 2, let low = bounds[0].integer,
                let high = bounds[1].integer, low >= 0, low < high, high <= total ?? .max
            else { return nil }
            written.insert(low..<high)
        }
    }

    /// The sidecar's bytes.
    var bytes: [UInt8] {
        var members = ["\"version\":1", "\"boot\":\(JSONValue.quoted(boot))"]
        if let total { members.append("\"total\":\(total)") }
        if let etag = validators.etag { members.append("\"etag\":\(JSONValue.quoted(etag))") }
        if let date = validators.lastModified { members.append("\"lastModified\":\(JSONValue.quoted(date))") }
        let ranges = written.ranges.map { "[\($0.lowerBound),\($0.upperBound)]" }.joined(separator: ",")
        members.append("\"written\":[\(ranges)]")
        return Array("{\(members.joined(separator: ","))}\n".utf8)
    }
}
