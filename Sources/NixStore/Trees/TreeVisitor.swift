/// What is told of a tree, node by node: the calls mirror the grammar of NAR.
///
/// A node is a directory (`beginDirectory`, for each entry in bytewise order `entry` and its node, `endDirectory`), a file
/// (`beginFile`, `contents` any number of times, `endFile`) or a link. A tree is one node.
protocol TreeVisitor {
    mutating func beginDirectory() throws(StoreError)
    /// The name of the next node in the innermost directory.
    mutating func entry(_ name: [UInt8]) throws(StoreError)
    mutating func endDirectory() throws(StoreError)
    /// - Parameter size: how many bytes `contents` will bring.
    mutating func beginFile(size: UInt64, executable: Bool) throws(StoreError)
    mutating func contents(_ bytes: UnsafeRawBufferPointer) throws(StoreError)
    mutating func endFile() throws(StoreError)
    mutating func link(target: [UInt8]) throws(StoreError)
}

/// Tells two visitors the same.
struct VisitorPair<First: TreeVisitor, Second: TreeVisitor>: TreeVisitor {
    var first: First
    var second: Second

    mutating func beginDirectory() throws(StoreError) {
        try first.beginDirectory()
        try second.beginDirectory()
    }

    mutating func entry(_ name: [UInt8]) throws(StoreError) {
        try first.entry(name)
        try second.entry(name)
    }

    mutating func endDirectory() throws(StoreError) {
        try first.endDirectory()
        try second.endDirectory()
    }

    mutating func beginFile(size: UInt64, executable: Bool) throws(StoreError) {
        try first.beginFile(size: size, executable: executable)
        try second.beginFile(size: size, executable: executable)
    }

    mutating func contents(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try first.contents(bytes)
        try second.contents(bytes)
    }

    mutating func endFile() throws(StoreError) {
        try first.endFile()
        try second.endFile()
    }

    mutating func link(target: [UInt8]) throws(StoreError) {
        try first.link(target: target)
        try second.link(target: target)
    }
}

/// Passes on a tree that must be one regular file, as one that is not executable: what hashing a file flat needs.
struct FlatFile<Next: TreeVisitor>: TreeVisitor {
    /// For messages.
    let path: RealPath
    var next: Next

    mutating func beginDirectory() throws(StoreError) {
        throw StoreError(.unsupportedFile, "'\(path)' is a directory, not a regular file")
    }

    mutating func entry(_ name: [UInt8]) {}
    mutating func endDirectory() {}

    mutating func beginFile(size: UInt64, executable: Bool) throws(StoreError) {
        try next.beginFile(size: size, executable: false)
    }

    mutating func contents(_ bytes: UnsafeRawBufferPointer) throws(StoreError) { try next.contents(bytes) }
    mutating func endFile() throws(StoreError) { try next.endFile() }

    mutating func link(target: [UInt8]) throws(StoreError) {
        throw StoreError(.unsupportedFile, "'\(path)' is a symbolic link, not a regular file")
    }
}
