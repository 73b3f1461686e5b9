/// What a NAR holds without the contents: the `.ls` file of binary caches.
package indirect enum NARListing: Hashable, Sendable {
    /// `offset` is where the contents start in the archive.
    case regular(size: UInt64, isExecutable: Bool, offset: UInt64)
    case symlink(target: ByteString)
    case directory(SortedMap<ByteString, NARListing>)

    /// The listing as Nix writes it for one node, or throws where a name or target is not UTF-8.
    package var json: JSONValue {
        switch self {
        case .regular(let size, let isExecutable, let offset):
            var object: SortedMap<ByteString, JSONValue> = [
                "narOffset": .number(ByteString(String(offset))), "size": .number(ByteString(String(size))),
                "type": .string("regular"),
            ]
            if isExecutable { object["executable"] = .bool(true) }
            return .object(object)
        case .symlink(let target):
            return .object(["target": .string(target), "type": .string("symlink")])
        case .directory(let entries):
            var object = SortedMap<ByteString, JSONValue>()
            for entry in entries { object[entry.key] = entry.value.json }
            return .object(["entries": .object(object), "type": .string("directory")])
        }
    }

    /// The contents of an `.ls` file with this as its root.
    package func file() throws(FormatError) -> ByteString {
        try JSONValue.object(["root": json, "version": .number("1")]).printed()
    }
}

/// Makes the listing of an archive that it visits.
package final class NARListingBuilder: NARVisitor {
    /// The listing, once the archive has ended.
    package private(set) var root: NARListing?

    private var open: [(name: ByteString, entries: SortedMap<ByteString, NARListing>)] = []

    package init() {}

    package func directory() {
        open.append(("", [:]))
    }

    package func entry(_ name: ByteString) {
        open[open.count - 1].name = name
    }

    package func endDirectory() {
        let directory = open.removeLast()
        add(.directory(directory.entries))
    }

    package func symlink(target: ByteString) {
        add(.symlink(target: target))
    }

    package func regular(size: UInt64, isExecutable: Bool, offset: UInt64) {
        add(.regular(size: size, isExecutable: isExecutable, offset: offset))
    }

    package func contents(_ bytes: UnsafeRawBufferPointer) {}

    package func endRegular() {}

    private func add(_ listing: NARListing) {
        if open.isEmpty {
            root = listing
        } else {
            open[open.count - 1].entries[open[open.count - 1].name] = listing
        }
    }
}
