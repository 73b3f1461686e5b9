import GRDB
import NixFormats

/// What is asked of the database.
///
/// Paths come and go as full logical paths, as the tables hold them.
struct StoreQueries {
    let database: Database
    let storeDirectory: StoreDirectory

    /// The row's number, nil where the path is not valid.
    func identifier(_ path: StorePath) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: "select id from ValidPaths where path = ?"), arguments: [text(path)])
    }

    func info(_ path: StorePath) throws -> PathInfo? {
        let statement = try database.cachedStatement(
            sql: """
                select id, hash, registrationTime, deriver, narSize, ultimate, sigs, ca
                from ValidPaths where path = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [text(path)]) else { return nil }
        let references = try String.fetchAll(
            database.cachedStatement(
                sql: "select v.path from ValidPaths v join Refs r on v.id = r.reference where r.referrer = ?"),
            arguments: [row[0] as Int64])
        do {
            var info = PathInfo(
                path: path, narHash: try NixHash(parsingPrefixed: ByteString(row[1] as String)),
                narSize: UInt64(clamping: row[4] as Int64? ?? 0))
            info.references = SortedSet(try references.map(parse))
            info.registrationTime = row[2]
            info.deriver = try (row[3] as String?).flatMap { $0.isEmpty ? nil : try parse($0) }
            info.isUltimate = (row[5] as Int64?) == 1
            info.signatures = SortedSet(
                (row[6] as String? ?? "").utf8.split(separator: UInt8(ascii: " ")).map { ByteString($0) })
            info.contentAddress = try (row[7] as String?).flatMap { text in
                text.isEmpty ? nil : try ContentAddress(parsing: ByteString(text))
            }
            return info
        } catch let error as FormatError {
            throw StoreError(.database, "invalid-path entry for '\(text(path))': \(error.message)")
        }
    }

    /// The valid path whose hash part is `hashPart`.
    func path(hashPart: [UInt8]) throws -> StorePath? {
        let prefix = text(hashPart[...])
        let statement = try database.cachedStatement(
            sql: "select path from ValidPaths where path >= ? order by path limit 1")
        guard let found = try String.fetchOne(statement, arguments: [prefix]), found.utf8.starts(with: prefix.utf8)
        else { return nil }
        return try parse(found)
    }

    func allPaths() throws -> [StorePath] {
        try String.fetchAll(database.cachedStatement(sql: "select path from ValidPaths")).map(parse)
    }

    func references(_ path: StorePath) throws -> [StorePath] {
        try paths(
            """
            select target.path from ValidPaths source
            join Refs r on r.referrer = source.id join ValidPaths target on target.id = r.reference
            where source.path = ?
            """, of: path)
    }

    func referrers(_ path: StorePath) throws -> [StorePath] {
        try paths(
            """
            select source.path from ValidPaths target
            join Refs r on r.reference = target.id join ValidPaths source on source.id = r.referrer
            where target.path = ?
            """, of: path)
    }

    /// The valid derivations that have `path` as an output.
    func validDerivers(_ path: StorePath) throws -> [StorePath] {
        try paths(
            "select drv.path from ValidPaths drv join DerivationOutputs o on o.drv = drv.id where o.path = ?", of: path)
    }

    /// The paths that a question about one path gives.
    private func paths(_ sql: String, of path: StorePath) throws -> [StorePath] {
        try String.fetchAll(database.cachedStatement(sql: sql), arguments: [text(path)]).map(parse)
    }

    /// The outputs of a valid derivation, by name.
    func derivationOutputs(_ derivation: StorePath) throws -> [(name: ByteString, path: StorePath)] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    select o.id, o.path from DerivationOutputs o join ValidPaths v on o.drv = v.id
                    where v.path = ? order by o.id
                    """), arguments: [text(derivation)]
        ).map { (name: ByteString($0[0] as String), path: try parse($0[1] as String)) }
    }

    func text(_ path: StorePath) -> String { storeDirectory.print(path).description }

    private func text(_ baseName: ArraySlice<UInt8>) -> String {
        storeDirectory.path.description + "/" + String(decoding: baseName, as: UTF8.self)
    }

    func parse(_ text: String) throws -> StorePath {
        do {
            return try storeDirectory.parse(ByteString(text))
        } catch {
            throw StoreError(.database, "database holds a path that is none: \(error.message)")
        }
    }
}
