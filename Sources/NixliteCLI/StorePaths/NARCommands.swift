import Glibc
import NixBuild
import NixFormats
import NixStore

/// A NAR in a file.
private struct NARFile {
    let descriptor: Int32
    let root: NARListing

    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("opening NAR file \"\(path)\": \(String(cString: strerror(errno)))")
        }
        let builder = NARListingBuilder()
        let reader = NARReader(visitor: builder)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        do {
            while builder.root == nil {
                let count = read(descriptor, &buffer, buffer.count)
                guard count >= 0 else {
                    throw CommandFailure("read of 32768 bytes: \(String(cString: strerror(errno)))")
                }
                guard count > 0 else { break }
                _ = try reader.read(Array(buffer[..<count]))
            }
            try reader.finish()
        } catch let error as FormatError {
            throw CommandFailure(error.message)
        }
        guard let root = builder.root else { throw CommandFailure("unexpected end-of-file") }
        self.root = root
    }

    /// Writes a part of the archive to standard output.
    func write(from offset: UInt64, count: UInt64) throws {
        var offset = offset
        var rest = count
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while rest > 0 {
            let got = pread(descriptor, &buffer, min(buffer.count, Int(clamping: rest)), off_t(offset))
            guard got > 0 else { throw CommandFailure("unexpected end-of-file") }
            StandardStreams.output(Array(buffer[..<got]))
            offset += UInt64(got)
            rest -= UInt64(got)
        }
    }
}

/// `nixlite nar ls`: what is in a NAR.
struct NARListCommand: Command {
    var listing = ListingArguments()
    var global = GlobalArguments()
    var file: String?
    var path: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try listing.declare(&line)
        try global.declare(&line)
        line.positional("nar", sets: &file, "A file with a NAR.")
        line.positional("path", sets: &path, "A path in it.")
    }

    func run() throws {
        guard let file, let path else { throw UsageError("more arguments are required") }
        try listing.check()
        let archive = try NARFile(file)
        let normalised = Paths.absolute(path, from: "/")
        guard let node = archive.root.node(at: normalised) else {
            throw CommandFailure("path '«unknown»\(normalised)' does not exist")
        }
        try listing.print(node, name: Paths.baseName(normalised), showsOffsets: true)
    }
}

/// `nixlite nar cat`: a file of a NAR.
struct NARCatCommand: Command {
    var global = GlobalArguments()
    var file: String?
    var path: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        line.positional("nar", sets: &file, "A file with a NAR.")
        line.positional("path", sets: &path, "A file in it.")
    }

    func run() throws {
        guard let file, let path else { throw UsageError("more arguments are required") }
        let archive = try NARFile(file)
        let normalised = Paths.absolute(path, from: "/")
        guard case .regular(let size, _, let offset)? = archive.root.node(at: normalised) else {
            throw CommandFailure("NAR does not contain regular file '\(normalised)'")
        }
        try archive.write(from: offset, count: size)
    }
}

/// `nixlite nar pack`: the NAR of a file or folder.
struct NARPackCommand: Command {
    /// Whether it was called by the name that it had before.
    var isAlias = false
    var global = GlobalArguments()
    var path: String?

    init(isAlias: Bool = false) { self.isAlias = isAlias }

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        line.positional("path", sets: &path, "A file or folder.")
    }

    func run() throws {
        guard let path else { throw UsageError("more arguments are required") }
        if isAlias {
            StandardStreams.error("warning: 'nix nar dump-path' is a deprecated alias for 'nix nar pack'\n")
        }
        try TreeDump.dump(try NamedFile(path).path) { StandardStreams.output(Array($0)) }
    }
}
