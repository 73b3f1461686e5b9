import NixFormats

/// What a user wrote to name a store: `auto`, `daemon`, `local`, `local?root=…`, `local://DIR`, `dummy://`, or a folder.
///
/// Syntax of the manual's "Store URL format". A folder is everything with a `/` and without `://`; `?key=value&…` may follow
/// any form, percent-encoded. In a plain folder percent signs mean themselves.
package struct StoreReference: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case auto, daemon
        /// A store of this machine; `root` is the folder of a chroot store.
        case local(root: RealPath?)
        /// No store at all: paths are computed, and nothing is there.
        case dummy
    }

    package var kind: Kind
    /// Settings of the store: `root`, `store`, `state`, `log`, `real`; others are kept and ignored.
    package var parameters: [String: [UInt8]]

    package init(_ kind: Kind, parameters: [String: [UInt8]] = [:]) {
        self.kind = kind
        self.parameters = parameters
    }

    /// Parses a reference; a relative folder is relative to `workingDirectory`.
    package init(parsing text: [UInt8], workingDirectory: RealPath) throws(StoreError) {
        let parts = text.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let base = Array(parts[0])
        parameters = parts.count > 1 ? try Self.decodeQuery(parts[1]) : [:]
        if let colon = Self.schemeEnd(base) {
            let scheme = String(decoding: base[..<colon], as: UTF8.self)
            let rest = base[(colon + 3)...]
            switch scheme {
            case "local":
                kind = .local(root: rest.isEmpty ? nil : RealPath(try Self.percentDecode(rest)))
            case "dummy":
                guard rest.isEmpty else {
                    throw StoreError(
                        .misuse,
                        "`dummy` store URIs must not contain an authority part \(String(decoding: rest, as: UTF8.self))"
                    )
                }
                if let value = parameters["read-only"], value != Array("true".utf8) {
                    throw StoreError(.badReference, "a dummy store that can be written to is not supported")
                }
                kind = .dummy
            case "unix" where rest.isEmpty:
                kind = .daemon
            default:
                throw StoreError(.badReference, "don't know how to open Nix store with scheme '\(scheme)'")
            }
            return
        }
        switch String(decoding: base, as: UTF8.self) {
        case "", "auto": kind = .auto
        case "daemon": kind = .daemon
        case "local": kind = .local(root: nil)
        default:
            guard base.contains(UInt8(ascii: "/")) else {
                throw StoreError(
                    .misuse, "Cannot parse Nix store '\(String(decoding: text, as: UTF8.self))'")
            }
            kind = .local(root: RealPath(base).normalised(relativeTo: workingDirectory))
        }
    }

    /// The index of the colon of a leading `scheme://`.
    private static func schemeEnd(_ text: [UInt8]) -> Int? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            text[colon...].starts(with: "://".utf8),
            text[..<colon].allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
            })
        else { return nil }
        return colon
    }

    private static func decodeQuery(_ query: ArraySlice<UInt8>) throws(StoreError) -> [String: [UInt8]] {
        var parameters: [String: [UInt8]] = [:]
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw StoreError(
                    .badReference, "store parameter '\(String(decoding: pair, as: UTF8.self))' has no value")
            }
            let name = String(decoding: try percentDecode(parts[0]), as: UTF8.self)
            parameters[name] = try percentDecode(parts[1])
        }
        return parameters
    }

    /// Replaces each `%XX`.
    private static func percentDecode(_ text: ArraySlice<UInt8>) throws(StoreError) -> [UInt8] {
        guard let decoded = PercentEncoding.decodeBytes(Array(text)), !decoded.contains(0) else {
            throw StoreError(
                .badReference, "invalid percent-encoding in '\(String(decoding: text, as: UTF8.self))'")
        }
        return decoded
    }
}
