import Foundation
import GRDB
import NixFormats
import NixStore
import Testing

/// What a new store looks like and how registration behaves, compared with what Nix 2.34 leaves behind.
struct DatabaseTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func rows(_ sql: String) throws -> [String] {
        let queue = try DatabaseQueue(path: directory.path.appending("store/nix/var/nix/db/db.sqlite").description)
        return try queue.read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "" : "\($0.storage.value ?? "")" }.joined(separator: "|")
            }
        }
    }

    @Test func filesAndModes() throws {
        do {
            let store = try directory.store()
            _ = try store.addText(name: "x", contents: "x")
        }
        let root = directory.path.appending("store/nix").description
        let listing = try run("/usr/bin/find", [root, "-printf", "%P %y %m\n"]).split(separator: "\n").sorted()
        #expect(
            listing.map(String.init) == [
                " d 755",
                "store d 755",
                "store/.links d 755",
                "store/fl9d7p1wby9wxs70dy3zpr4n3xahlscd-x f 444",
                "var d 755",
                "var/nix d 755",
                "var/nix/db d 755",
                "var/nix/db/big-lock f 600",
                "var/nix/db/db.sqlite f 644",
                "var/nix/db/db.sqlite-shm f 644",
                "var/nix/db/db.sqlite-wal f 644",
                "var/nix/db/reserved f 600",
                "var/nix/db/schema f 644",
                "var/nix/gc.lock f 600",
                "var/nix/gcroots d 755",
                "var/nix/gcroots/per-user d 755",
                "var/nix/profiles d 755",
                "var/nix/profiles/per-user d 755",
                "var/nix/temproots d 755",
            ])
        let database = directory.path.appending("store/nix/var/nix/db")
        #expect(try String(contentsOfFile: database.appending("schema").description, encoding: .utf8) == "10")
        #expect(try database.appending("reserved").status.st_size == 8 << 20)
        #expect(try database.appending("db.sqlite-wal").status.st_size == 0)
    }

    @Test func schemaIsThatOfNix() throws {
        _ = try directory.store()
        #expect(
            try rows("select type, name, tbl_name from sqlite_master order by name") == [
                "trigger|DeleteSelfRefs|ValidPaths",
                "table|DerivationOutputs|DerivationOutputs",
                "index|IndexDerivationOutputs|DerivationOutputs",
                "index|IndexReference|Refs",
                "index|IndexReferrer|Refs",
                "table|Refs|Refs",
                "table|SchemaMigrations|SchemaMigrations",
                "table|ValidPaths|ValidPaths",
                "index|sqlite_autoindex_DerivationOutputs_1|DerivationOutputs",
                "index|sqlite_autoindex_Refs_1|Refs",
                "index|sqlite_autoindex_SchemaMigrations_1|SchemaMigrations",
                "index|sqlite_autoindex_ValidPaths_1|ValidPaths",
                "table|sqlite_sequence|sqlite_sequence",
            ])
        let columns = """
            select t.name, c.name, upper(c.type), c."notnull", c.pk
            from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite%'
            order by t.name, c.cid
            """
        #expect(
            try rows(columns) == [
                "DerivationOutputs|drv|INTEGER|1|1", "DerivationOutputs|id|TEXT|1|2", "DerivationOutputs|path|TEXT|1|0",
                "Refs|referrer|INTEGER|1|1", "Refs|reference|INTEGER|1|2",
                "SchemaMigrations|migration|TEXT|1|1",
                "ValidPaths|id|INTEGER|1|1", "ValidPaths|path|TEXT|1|0", "ValidPaths|hash|TEXT|1|0",
                "ValidPaths|registrationTime|INTEGER|1|0", "ValidPaths|deriver|TEXT|0|0",
                "ValidPaths|narSize|INTEGER|0|0", "ValidPaths|ultimate|INTEGER|0|0", "ValidPaths|sigs|TEXT|0|0",
                "ValidPaths|ca|TEXT|0|0",
            ])
        let keys = """
            select t.name, k."table", k."from", k."to", k.on_update, k.on_delete
            from sqlite_master t, pragma_foreign_key_list(t.name) k where t.type = 'table' order by 1, 3
            """
        #expect(
            try rows(keys) == [
                "DerivationOutputs|ValidPaths|drv|id|NO ACTION|CASCADE",
                "Refs|ValidPaths|reference|id|NO ACTION|RESTRICT",
                "Refs|ValidPaths|referrer|id|NO ACTION|CASCADE",
            ])
        #expect(try rows("pragma user_version") == ["0"])
        #expect(try rows("pragma application_id") == ["0"])
        #expect(try rows("pragma journal_mode") == ["wal"])
        #expect(try rows("pragma page_size") == ["4096"])
        #expect(try rows("pragma auto_vacuum") == ["0"])
        #expect(try rows("select * from SchemaMigrations").isEmpty)
    }

    private func info(_ baseName: String, _ references: [StorePath] = []) throws -> PathInfo {
        PathInfo(
            path: try .named(baseName), narHash: Digester.sha256([1, 2, 3]), narSize: 120,
            references: SortedSet(references))
    }

    @Test func everyFieldComesBack() throws {
        let store = try directory.store()
        let needed = try info("00000000000000000000000000000000-needed")
        var full = try info("11111111111111111111111111111111-full", [needed.path])
        full.references.insert(full.path)
        full.deriver = try .named("22222222222222222222222222222222-full.drv")
        full.registrationTime = 1_234_567
        full.isUltimate = true
        full.signatures = ["b:c2ln", "a:c2ln"]
        full.contentAddress = ContentAddress(method: .nar, hash: full.narHash)
        try store.register([Registration(full), Registration(needed)])
        #expect(try store.info(full.path) == full)
        #expect(
            try rows(
                "select hash, registrationTime, deriver, narSize, ultimate, sigs, ca from ValidPaths where path like '%full'"
            )
                == [
                    "sha256:039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81|1234567|"
                        + "/nix/store/22222222222222222222222222222222-full.drv|120|1|a:c2ln b:c2ln|"
                        + "fixed:r:sha256:10gv3h0s58c4glldbkncmdw0zk3pxwa4s2ivacn4kjy0yb35i403"
                ])
        #expect(try rows("select deriver, ultimate, sigs, ca from ValidPaths where path like '%needed'") == ["|||"])
        full.signatures = []
        try store.register([Registration(full)])
        #expect(try store.info(full.path) == full)
        #expect(try store.referrers(needed.path) == [full.path])
        #expect(try store.path(hashPart: Array(needed.path.hashPart)) == needed.path)
        #expect(try store.path(hashPart: Array("00000000000000000000000000000001".utf8)) == nil)
    }

    @Test func aBadReferenceOrACycleRegistersNothing() throws {
        let store = try directory.store()
        let absent = try StorePath.named("33333333333333333333333333333333-absent")
        let good = try info("00000000000000000000000000000000-good")
        let bad = try info("11111111111111111111111111111111-bad", [absent])
        #expect(throws: StoreError(.notValid, "path '/nix/store/\(absent)' is not valid")) {
            try store.register([Registration(good), Registration(bad)])
        }
        let second = try StorePath.named("22222222222222222222222222222222-b")
        let a = try info("11111111111111111111111111111111-a", [second])
        let b = try info("22222222222222222222222222222222-b", [a.path])
        #expect(throws: StoreError.self) { try store.register([Registration(a), Registration(b)]) }
        #expect(try store.validPaths().isEmpty)
    }

    @Test func newerSchemaIsRefused() throws {
        _ = try directory.store()
        let schema = directory.path.appending("store/nix/var/nix/db/schema")
        try Data("11".utf8).write(to: URL(fileURLWithPath: schema.description))
        #expect(throws: StoreError.self) { try directory.store() }
        try Data("ten".utf8).write(to: URL(fileURLWithPath: schema.description))
        #expect(throws: StoreError(.schema, "'\(schema)' is corrupt")) { try directory.store() }
    }

    @Test func symbolicLinkAboveTheStoreIsRefused() throws {
        try run("/bin/mkdir", [directory.path.appending("real").description])
        try run("/bin/ln", ["-s", "real", directory.path.appending("link").description])
        #expect(throws: StoreError.self) { try LocalStore(StoreLayout(chroot: directory.path.appending("link"))) }
    }
}
