import NixFormats

/// Tells two visitors the same.
final class VisitorPair: NARVisitor {
    private let first: any NARVisitor
    private let second: any NARVisitor

    init(_ first: any NARVisitor, _ second: any NARVisitor) {
        self.first = first
        self.second = second
    }

    func directory() throws {
        try first.directory()
        try second.directory()
    }

    func entry(_ name: ByteString) throws {
        try first.entry(name)
        try second.entry(name)
    }

    func endDirectory() throws {
        try first.endDirectory()
        try second.endDirectory()
    }

    func symlink(target: ByteString) throws {
        try first.symlink(target: target)
        try second.symlink(target: target)
    }

    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) throws {
        try first.regular(size: size, isExecutable: isExecutable, offset: offset)
        try second.regular(size: size, isExecutable: isExecutable, offset: offset)
    }

    func contents(_ bytes: UnsafeRawBufferPointer) throws {
        try first.contents(bytes)
        try second.contents(bytes)
    }

    func endRegular() throws {
        try first.endRegular()
        try second.endRegular()
    }
}

/// Passes on a tree that must be one regular file, as one that is not executable: what hashing a file flat needs.
final class FlatFile: NARVisitor {
    private let path: RealPath
    private let next: any NARVisitor

    /// - Parameter path: for messages.
    init(path: RealPath, next: any NARVisitor) {
        self.path = path
        self.next = next
    }

    func directory() throws { throw StoreError(.unsupportedFile, "'\(path)' is a directory, not a regular file") }
    func entry(_ name: ByteString) {}
    func endDirectory() {}

    func symlink(target: ByteString) throws {
        throw StoreError(.unsupportedFile, "'\(path)' is a symbolic link, not a regular file")
    }

    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) throws {
        try next.regular(size: size, isExecutable: false, offset: offset)
    }

    func contents(_ bytes: UnsafeRawBufferPointer) throws { try next.contents(bytes) }
    func endRegular() throws { try next.endRegular() }
}

/// Passes the bytes of files on and drops everything else.
final class BytesVisitor: NARVisitor {
    private let sink: TreeDump.Sink

    init(sink: @escaping TreeDump.Sink) { self.sink = sink }

    func directory() {}
    func entry(_ name: ByteString) {}
    func endDirectory() {}
    func symlink(target: ByteString) {}
    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) {}
    func contents(_ bytes: UnsafeRawBufferPointer) throws { try sink(bytes) }
    func endRegular() {}
}
