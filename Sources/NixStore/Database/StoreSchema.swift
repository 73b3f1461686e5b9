/// The tables of a Nix store database, schema version 10, as Nix 2.34 makes them.
///
/// The names, types and constraints are the interface between all programs that share a store; nothing of ours is added.
enum StoreSchema {
    /// The number in `db/schema`.
    static let version = 10

    static let statements = """
        CREATE TABLE IF NOT EXISTS ValidPaths (
            id integer primary key autoincrement not null,
            path text unique not null,
            hash text not null,
            registrationTime integer not null,
            deriver text,
            narSize integer,
            ultimate integer,
            sigs text,
            ca text
        );
        CREATE TABLE IF NOT EXISTS Refs (
            referrer integer not null,
            reference integer not null,
            primary key (referrer, reference),
            foreign key (referrer) references ValidPaths(id) on delete cascade,
            foreign key (reference) references ValidPaths(id) on delete restrict
        );
        CREATE INDEX IF NOT EXISTS IndexReferrer on Refs(referrer);
        CREATE INDEX IF NOT EXISTS IndexReference on Refs(reference);
        CREATE TRIGGER IF NOT EXISTS DeleteSelfRefs before delete on ValidPaths
        begin
            delete from Refs where referrer = old.id and reference = old.id;
        end;
        CREATE TABLE IF NOT EXISTS DerivationOutputs (
            drv integer not null,
            id text not null,
            path text not null,
            primary key (drv, id),
            foreign key (drv) references ValidPaths(id) on delete cascade
        );
        CREATE INDEX IF NOT EXISTS IndexDerivationOutputs on DerivationOutputs(path);
        CREATE TABLE IF NOT EXISTS SchemaMigrations (migration text primary key not null);
        """
}
