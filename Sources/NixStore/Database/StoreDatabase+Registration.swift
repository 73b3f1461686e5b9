import GRDB
import Glibc
package import NixFormats

/// One path to be registered.
package struct Registration: Sendable {
    package var info: PathInfo
    /// The outputs of `info.path` where it is a derivation: what the collector and `--query --deriver` look up.
    package var derivationOutputs: [(name: ByteString, path: StorePath)]

    package init(_ info: PathInfo, derivationOutputs: [(name: ByteString, path: StorePath)] = []) {
        self.info = info
        self.derivationOutputs = derivationOutputs
    }
}

extension StoreQueries {
    /// Registers paths that may refer to each other; all or, on an error, none when run in a transaction.
    ///
    /// A path that is valid already gets the new hash, size, signatures and content address. Throws ``StoreError`` of kind
    /// `notValid` for a reference that is neither valid nor registered here, `malformed` for a cycle of references.
    func register(_ registrations: [Registration]) throws {
        var identifiers: [StorePath: Int64] = [:]
        for registration in registrations {
            identifiers[registration.info.path] = try insert(registration)
        }
        for registration in registrations {
            guard let referrer = identifiers[registration.info.path] else { continue }
            for reference in registration.info.references {
                guard let reference = try identifiers[reference] ?? identifier(reference) else {
                    throw StoreError(.notValid, "path '\(text(reference))' is not valid")
                }
                let statement = try database.cachedStatement(
                    sql: "insert or replace into Refs (referrer, reference) values (?, ?)")
                try statement.execute(arguments: [referrer, reference])
            }
        }
        if registrations.count > 1 { try rejectCycles(registrations) }
    }

    private func insert(_ registration: Registration) throws -> Int64 {
        let info = registration.info
        let size = info.narSize == 0 ? nil : Int64(clamping: info.narSize)
        let hash = info.narHash.printed(.base16, withAlgorithm: true).description
        let signatures =
            info.signatures.isEmpty ? nil : info.signatures.map(\.description).joined(separator: " ")
        let address = info.contentAddress?.printed().description
        let ultimate = info.isUltimate ? 1 : nil
        if let existing = try identifier(info.path) {
            let statement = try database.cachedStatement(
                sql: "update ValidPaths set narSize = ?, hash = ?, ultimate = ?, sigs = ?, ca = ? where id = ?")
            try statement.execute(arguments: [size, hash, ultimate, signatures, address, existing])
            return existing
        }
        let statement = try database.cachedStatement(
            sql: """
                insert into ValidPaths (path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            text(info.path), hash, info.registrationTime == 0 ? Int64(time(nil)) : info.registrationTime,
            info.deriver.map(text), size, ultimate, signatures, address,
        ])
        let identifier = database.lastInsertedRowID
        for output in registration.derivationOutputs {
            let statement = try database.cachedStatement(
                sql: "insert or replace into DerivationOutputs (drv, id, path) values (?, ?, ?)")
            try statement.execute(arguments: [identifier, output.name.description, text(output.path)])
        }
        return identifier
    }

    /// Refuses references that lead from a path through others back to it; a path may refer to itself.
    private func rejectCycles(_ registrations: [Registration]) throws {
        var remaining: [StorePath: Set<StorePath>] = [:]
        let own = Set(registrations.map(\.info.path))
        var referrers: [StorePath: [StorePath]] = [:]
        for registration in registrations {
            let path = registration.info.path
            let references = Set(registration.info.references.filter { $0 != path && own.contains($0) })
            remaining[path] = references
            for reference in references { referrers[reference, default: []].append(path) }
        }
        var ready = remaining.filter(\.value.isEmpty).map(\.key)
        while let path = ready.popLast() {
            remaining[path] = nil
            for referrer in referrers[path] ?? [] {
                remaining[referrer]?.remove(path)
                if remaining[referrer]?.isEmpty == true { ready.append(referrer) }
            }
        }
        if let (path, references) = remaining.min(by: { $0.key < $1.key }), let parent = references.min() {
            throw StoreError(
                .malformed, "cycle detected in the references of '\(text(parent))' from '\(text(path))'")
        }
    }

    /// Forgets a path.
    ///
    /// Throws ``StoreError`` of kind `inUse` where another valid path refers to it.
    func invalidate(_ path: StorePath) throws {
        let others = try referrers(path).filter { $0 != path }.sorted()
        guard others.isEmpty else {
            let list = others.map { "'\(text($0))'" }.joined(separator: ", ")
            throw StoreError(.inUse, "cannot delete path '\(text(path))' because it is in use by \(list)")
        }
        try database.cachedStatement(sql: "delete from ValidPaths where path = ?").execute(arguments: [text(path)])
    }
}
