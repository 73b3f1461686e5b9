import Glibc
import NixBuild
import NixFormats
import NixStore

/// The flags of commands that list what is in a tree.
struct ListingArguments: ArgumentGroup {
    var recursive = false
    var long = false
    var directory = false
    var json = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        line.flag("-R", "--recursive", sets: &recursive, "List folders recursively.")
        line.flag("-l", "--long", sets: &long, "Show kinds and sizes.")
        line.flag("-d", "--directory", sets: &directory, "Show folders and not what is in them.")
        line.flag("--json", sets: &json, "Print JSON.")
    }

    func check() throws(UsageError) {
        if json, directory { throw UsageError("'--directory' is useless with '--json'") }
    }

    /// Prints a node.
    ///
    /// - Parameters:
    ///   - name: the last part of its path.
    ///   - showsOffsets: whether JSON says where contents start.
    func print(_ node: NARListing, name: String, showsOffsets: Bool) throws {
        if json {
            StandardStreams.outputLine(try json(node, depth: recursive ? .max : 1, showsOffsets).printed())
        } else if case .directory(let entries) = node, !directory {
            for entry in entries { print(entry.value, "./" + entry.key.description) }
        } else if case .directory = node {
            printLine(node, ".")
        } else {
            print(node, name)
        }
    }

    private func print(_ node: NARListing, _ path: String) {
        printLine(node, path)
        guard recursive, case .directory(let entries) = node else { return }
        for entry in entries { print(entry.value, "\(path)/\(entry.key)") }
    }

    private func printLine(_ node: NARListing, _ path: String) {
        guard long else { return StandardStreams.output(path + "\n") }
        let (kind, size, target) =
            switch node {
            case .regular(let size, let isExecutable, _): (isExecutable ? "-r-xr-xr-x" : "-r--r--r--", size, "")
            case .symlink(let target): ("lrwxrwxrwx", UInt64(0), " -> \(target)")
            case .directory: ("dr-xr-xr-x", UInt64(0), "")
            }
        let digits = "\(size)"
        let gap = String(repeating: " ", count: max(0, 20 - digits.utf8.count))
        StandardStreams.output("\(kind) \(gap)\(digits) \(path)\(target)\n")
    }

    /// A node as JSON; what is deeper is an empty object.
    private func json(_ node: NARListing, depth: Int, _ showsOffsets: Bool) -> JSONValue {
        switch node {
        case .symlink: return node.json
        case .regular(let size, let isExecutable, let offset):
            var members: SortedMap<ByteString, JSONValue> = [
                "size": .number(ByteString("\(size)")), "type": .string("regular"),
            ]
            if isExecutable { members["executable"] = .bool(true) }
            if showsOffsets { members["narOffset"] = .number(ByteString("\(offset)")) }
            return .object(members)
        case .directory(let entries):
            var members = SortedMap<ByteString, JSONValue>()
            for entry in entries {
                members[entry.key] =
                    depth > 0 && depth == 1 && !recursive
                    ? .object([:]) : json(entry.value, depth: depth - 1, showsOffsets)
            }
            return .object(["entries": .object(members), "type": .string("directory")])
        }
    }
}

extension NARListing {
    /// What is on disk, without contents and offsets.
    ///
    /// - Parameter depth: how many levels of folders are entered.
    static func onDisk(_ path: RealPath, depth: Int) throws -> NARListing {
        var status = stat()
        guard lstat(path.description, &status) == 0 else { throw FileOperationError("getting status of", path) }
        switch status.st_mode & S_IFMT {
        case S_IFLNK: return .symlink(target: ByteString(try LinkTarget.read(path)))
        case S_IFDIR:
            guard depth > 0 else { return .directory([:]) }
            var entries = SortedMap<ByteString, NARListing>()
            for name in try FolderListing.names(path) {
                entries[ByteString(name)] = try onDisk(path.appending(name), depth: depth - 1)
            }
            return .directory(entries)
        default:
            return .regular(
                size: UInt64(status.st_size), isExecutable: status.st_mode & S_IXUSR != 0, offset: 0)
        }
    }

    /// The node at a path below this one; nil where nothing is.
    func node(at path: String) -> NARListing? {
        var node = self
        for name in path.split(separator: "/") where name != "." {
            guard case .directory(let entries) = node, let next = entries[ByteString(String(name))] else { return nil }
            node = next
        }
        return node
    }
}
