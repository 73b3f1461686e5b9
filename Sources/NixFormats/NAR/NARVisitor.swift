/// Receives what a NAR holds, in the archive's order.
///
/// `NARWriter` is one, so an archive can be copied, and `NARListingBuilder` another.
package protocol NARVisitor: AnyObject {
    /// A directory starts; its entries follow in ascending order.
    func directory() throws
    /// A child of the innermost open directory; its node follows.
    ///
    /// The name is checked: one path component, no NUL.
    func entry(_ name: ByteString) throws
    /// The innermost open directory ends.
    func endDirectory() throws
    /// A symbolic link with any target but an empty one.
    func symlink(target: ByteString) throws
    /// A file starts; `size` bytes of contents follow, which start `offset` bytes into the archive.
    ///
    /// `size` is what the archive claims: nothing should be allocated for it.
    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) throws
    /// The next bytes of the open file, never none.
    func contents(_ bytes: UnsafeRawBufferPointer) throws
    /// The open file has all its contents.
    func endRegular() throws
}

extension NARWriter: NARVisitor {
    package func regular(size: UInt64, isExecutable: Bool, offset: UInt64) throws {
        try regular(size: size, isExecutable: isExecutable)
    }

    package func endRegular() throws {}
}
