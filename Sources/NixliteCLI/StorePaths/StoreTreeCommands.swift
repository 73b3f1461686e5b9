import Glibc
import NixBuild
import NixFormats
import NixStore

/// A file or folder in a store object, as the command line names it.
private struct StoreFile {
    let place: RealPath
    /// Below the object, with a slash at the front; empty for the object itself.
    let rest: String

    init(_ word: String, _ global: GlobalArguments) throws {
        let store = try global.openStore()
        let directory = store.layout.storeDirectory
        let path = Paths.absolute(word, from: Paths.currentDirectory())
        guard directory.contains(ByteString(path)) else {
            throw CommandFailure("path '\(path)' is not in the Nix store")
        }
        let (object, rest) = try directory.parsePrefix(ByteString(path))
        guard try store.isValid(object) else {
            throw CommandFailure("path '\(directory.print(object))' is not a valid store path")
        }
        self.rest = rest.description
        place = RealPath(store.realPath(object).description + rest.description)
        guard Paths.existsWithoutFollowing(place.description) else {
            throw CommandFailure("path '\(place)' does not exist")
        }
    }
}

/// `nixlite store ls`: what is in a store object.
struct StoreListCommand: Command {
    var listing = ListingArguments()
    var global = GlobalArguments()
    var path: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try listing.declare(&line)
        try global.declare(&line)
        line.positional("path", sets: &path, "A path in the store.")
    }

    func run() throws {
        guard let path else { throw UsageError("more arguments are required") }
        try listing.check()
        let file = try StoreFile(path, global)
        let node = try NARListing.onDisk(file.place, depth: listing.recursive ? .max : 1)
        try listing.print(node, name: Paths.baseName(file.rest), showsOffsets: false)
    }
}

/// `nixlite store cat`: a file of a store object.
struct StoreCatCommand: Command {
    var global = GlobalArguments()
    var path: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        line.positional("path", sets: &path, "A file in the store.")
    }

    func run() throws {
        guard let path else { throw UsageError("more arguments are required") }
        let file = try StoreFile(path, global)
        guard case .regular = try NARListing.onDisk(file.place, depth: 0) else {
            throw CommandFailure("path '\(file.rest.isEmpty ? "/" : file.rest)' is not a regular file")
        }
        try TreeDump.dump(file.place, method: .flat) { StandardStreams.output(Array($0)) }
    }
}

/// `nixlite store dump-path`: the NAR of a store object.
struct StoreDumpCommand: Command {
    var selection = StorePathArguments()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) { try selection.declare(&line) }

    func run() throws {
        try selection.session().run { session, display in
            let paths = try selection.paths(session, display)
            guard let path = paths.first, paths.count == 1 else {
                throw UsageError("this command requires exactly one store path")
            }
            let store = try session.access.store()
            guard try store.isValid(path) else {
                throw CommandFailure("path '\(session.printed(path))' is not a valid store path")
            }
            try TreeDump.dump(store.realPath(path)) { StandardStreams.output(Array($0)) }
        }
    }
}
