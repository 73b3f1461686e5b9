import GRDB
import GRDBSQLite
import Glibc

/// `db/db.sqlite`: one connection, used by one thread at a time.
///
/// Set up as Nix sets up its own: foreign keys, write-ahead log whose files stay, `synchronous` normal, so that a commit
/// costs no fsync and a power cut loses the last commits but never the database.
final class StoreDatabase: Sendable {
    private let queue: DatabaseQueue
    private let path: RealPath

    /// Opens `path`; `creating` makes the file and the tables where they are missing.
    init(path: RealPath, creating: Bool, readOnly: Bool) throws(StoreError) {
        self.path = path
        if !creating, !FileSystem.isAccessible(path, R_OK) {
            throw StoreError(.database, "cannot open SQLite database '\(path)': \(String(cString: strerror(errno)))")
        }
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(60 * 60)
        configuration.maximumReaderCount = 1
        configuration.prepareDatabase { database in
            if readOnly { return }
            try database.execute(sql: "pragma synchronous = normal")
            if try String.fetchOne(database, sql: "pragma main.journal_mode") != "wal" {
                try database.execute(sql: "pragma main.journal_mode = wal")
            }
            // Keeping the log's files lets those who may only read open a database that nobody has open.
            try database.execute(sql: "pragma main.journal_size_limit = 1099511627776")
            var keep: Int32 = 1
            _ = sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &keep)
            // Large enough for a whole evaluation's derivations between two checkpoints.
            try database.execute(sql: "pragma wal_autocheckpoint = 40000")
        }
        do {
            queue = try DatabaseQueue(path: path.description, configuration: configuration)
            if creating {
                try queue.inTransaction(.immediate) { database in
                    try database.execute(sql: StoreSchema.statements)
                    return .commit
                }
            }
        } catch {
            throw StoreError(.database, "cannot open SQLite database '\(path)': \(Self.message(error))")
        }
    }

    /// Runs statements that need no transaction around them.
    func access<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try retryingWhileBusy { try queue.inDatabase(body) }
    }

    /// Runs `body` in a transaction that has the write lock from its start; an error rolls it back.
    func transaction<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try retryingWhileBusy {
            var result: Result?
            try queue.inTransaction(.immediate) { database in
                result = try body(database)
                return .commit
            }
            guard let result else { throw StoreError(.database, "transaction on '\(path)' did not run") }
            return result
        }
    }

    /// Waits for other processes where SQLite itself does not, as while they recover the log.
    private func retryingWhileBusy<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        while true {
            do {
                return try body()
            } catch let error as StoreError {
                throw error
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_PROTOCOL
            {
                usleep(UInt32.random(in: 1000...100_000))
            } catch {
                throw StoreError(.database, "database '\(path)': \(Self.message(error))")
            }
        }
    }

    private static func message(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        return "\(error.message ?? "error \(error.extendedResultCode.rawValue)")"
            + (error.sql.map { " (in '\($0)')" } ?? "")
    }
}
