import NixSyntax

/// Where in a text something stands, half open.
struct TOMLRegion {
    var start: Int
    var end: Int
}

/// What was read of a TOML text, and which of its tables and arrays may still grow.
///
/// Flat, so that a document of any depth is dropped without recursion. The rules are those of TOML 1.0 as the library
/// that Nix uses understands them: a table is defined once, but one that only stands in the name of another may be defined
/// afterwards; dotted keys add only to tables that dotted keys of the same section made; what stands in braces or
/// brackets is complete.
struct TOMLDocument {
    enum Kind: UInt8 {
        /// Made by a header of one of its subtables.
        case implicitTable
        /// Made by a dotted key.
        case dottedTable
        /// Has a header of its own; the root, and elements of arrays of tables.
        case table
        case inlineTable
        case arrayOfTables, array
        /// A range of the text.
        case string
        /// A range of `made`.
        case madeString
        case integer, float, boolean
        /// A date, a time or both, written as Nix does: a range of `made`.
        case timestamp
    }

    struct Node {
        var kind: Kind
        var name = Symbol.none
        /// Where it was defined.
        var region: TOMLRegion
        /// The next one in the same table or array, -1 at its end.
        var next = -1
        var first = -1
        var last = -1
        /// How many children, or bytes.
        var count = 0
        /// The number itself, the bits of a float, the start of a range.
        var payload = 0

        var isTable: Bool { kind.rawValue <= Kind.inlineTable.rawValue }
    }

    /// Why something cannot be put where it should.
    struct Conflict: Error {
        var message: String
        /// What is said of the new one.
        var mark: String
        /// Where the old one is, and what is said of it.
        var other: TOMLRegion
        var otherMark: String
    }

    private(set) var nodes: [Node]
    /// Texts that do not stand in the source as they are.
    var made: [UInt8] = []
    /// Whether a text or name may have a NUL, which only an escape can have put there.
    var hasNull = false
    /// Children of tables that are too large to be searched one by one.
    private var index: [Place: Int] = [:]

    private struct Place: Hashable {
        var table: Int
        var name: Symbol
    }

    /// The most children that are searched one by one.
    private static let smallTable = 12

    static let root = 0

    init() {
        nodes = [Node(kind: .table, region: TOMLRegion(start: 0, end: 0))]
    }

    mutating func add(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    mutating func close(_ node: Int, end: Int) { nodes[node].region.end = end }

    /// Puts an element at the end of an array.
    mutating func append(_ child: Int, to parent: Int) {
        let last = nodes[parent].last
        if last < 0 { nodes[parent].first = child } else { nodes[last].next = child }
        nodes[parent].last = child
        nodes[parent].count += 1
    }

    private func find(_ name: Symbol, in table: Int) -> Int? {
        if nodes[table].count > Self.smallTable { return index[Place(table: table, name: name)] }
        var child = nodes[table].first
        while child >= 0 {
            if nodes[child].name == name { return child }
            child = nodes[child].next
        }
        return nil
    }

    /// Puts a value under a name that the table does not have.
    private mutating func insert(_ child: Int, _ name: Symbol, into table: Int) {
        nodes[child].name = name
        append(child, to: table)
        if nodes[table].count == Self.smallTable + 1 {
            var each = nodes[table].first
            while each >= 0 {
                index[Place(table: table, name: nodes[each].name)] = each
                each = nodes[each].next
            }
        } else if nodes[table].count > Self.smallTable {
            index[Place(table: table, name: name)] = child
        }
    }

    // MARK: Definitions

    /// `path = value` in a table.
    mutating func define(
        _ path: ArraySlice<Symbol>, at region: TOMLRegion, as value: Int, in table: Int
    ) throws(Conflict) {
        var table = table
        for name in path.dropLast() {
            guard let found = find(name, in: table) else {
                let made = add(Node(kind: .dottedTable, region: region))
                insert(made, name, into: table)
                table = made
                continue
            }
            switch nodes[found].kind {
            case .dottedTable: table = found
            case .inlineTable: throw inlineTable(found)
            case .implicitTable, .table:
                throw Conflict(
                    message: "toml::insert_value: reopening a table using dotted keys",
                    mark: "dotted key cannot reopen a table", other: nodes[found].region,
                    otherMark: "this table is already closed")
            case .arrayOfTables:
                throw Conflict(
                    message: "toml::insert_value:dotted key cannot reopen an array-of-tables", mark: "inserting this",
                    other: nodes[found].region, otherMark: "to this array-of-tables.")
            default: throw otherValue(found)
            }
        }
        guard let name = path.last else { return }
        if let found = find(name, in: table) {
            throw Conflict(
                message: "toml::insert_value: failed to insert a value, value already exists", mark: "inserting this",
                other: nodes[found].region, otherMark: "but value already exists")
        }
        insert(value, name, into: table)
    }

    /// The table of a header `[path]`.
    mutating func table(_ path: ArraySlice<Symbol>, at region: TOMLRegion) throws(Conflict) -> Int {
        let parent = try parent(of: path, at: region)
        guard let name = path.last else { return parent }
        guard let found = find(name, in: parent) else {
            let table = add(Node(kind: .table, region: region))
            insert(table, name, into: parent)
            return table
        }
        guard nodes[found].kind == .implicitTable else {
            throw Conflict(
                message: "toml::insert_value: failed to insert a table, table already defined", mark: "inserting this",
                other: nodes[found].region, otherMark: "this table is explicitly defined")
        }
        nodes[found].kind = .table
        nodes[found].region = region
        return found
    }

    /// The new last element of the array of a header `[[path]]`.
    mutating func element(_ path: ArraySlice<Symbol>, at region: TOMLRegion) throws(Conflict) -> Int {
        let parent = try parent(of: path, at: region)
        guard let name = path.last else { return parent }
        let array: Int
        if let found = find(name, in: parent) {
            guard nodes[found].kind == .arrayOfTables else {
                let isInline = hasOnlyTables(found)
                throw Conflict(
                    message: isInline
                        ? "toml::insert_value: failed to insert a table, inline array of tables is immutable"
                        : "toml::insert_value: failed to insert an array of tables, value already exists",
                    mark: "while inserting this", other: nodes[found].region,
                    otherMark: isInline ? "this is inline array-of-tables" : "non-table value already exists")
            }
            array = found
        } else {
            array = add(Node(kind: .arrayOfTables, region: region))
            insert(array, name, into: parent)
        }
        let table = add(Node(kind: .table, region: region))
        append(table, to: array)
        return table
    }

    /// The table that the last name of a header stands in.
    private mutating func parent(of path: ArraySlice<Symbol>, at region: TOMLRegion) throws(Conflict) -> Int {
        var table = Self.root
        for name in path.dropLast() {
            guard let found = find(name, in: table) else {
                let made = add(Node(kind: .implicitTable, region: region))
                insert(made, name, into: table)
                table = made
                continue
            }
            switch nodes[found].kind {
            case .implicitTable, .dottedTable, .table: table = found
            case .inlineTable: throw inlineTable(found)
            case .arrayOfTables: table = nodes[found].last
            default: throw otherValue(found)
            }
        }
        return table
    }

    private func inlineTable(_ found: Int) -> Conflict {
        Conflict(
            message: "toml::insert_value: failed to insert a value: inline table is immutable", mark: "inserting this",
            other: nodes[found].region, otherMark: "to this table")
    }

    /// Something that is no table stands where one is needed.
    private func otherValue(_ found: Int) -> Conflict {
        if hasOnlyTables(found) {
            return Conflict(
                message: "toml::insert_value:inline array of tables are immutable", mark: "inserting this",
                other: nodes[found].region, otherMark: "inline array of tables")
        }
        return Conflict(
            message: "toml::insert_value: failed to insert a value, value already exists",
            mark: "while inserting this", other: nodes[found].region, otherMark: "non-table value already exists")
    }

    /// Whether it is an array in brackets that has tables and nothing else.
    private func hasOnlyTables(_ array: Int) -> Bool {
        guard nodes[array].kind == .array, nodes[array].count > 0 else { return false }
        var child = nodes[array].first
        while child >= 0 {
            if !nodes[child].isTable { return false }
            child = nodes[child].next
        }
        return true
    }
}
