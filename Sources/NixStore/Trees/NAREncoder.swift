import NixFormats

/// Turns what it is told of a tree into a NAR.
struct NAREncoder: TreeVisitor {
    private let writer: NARWriter

    init(_ writer: NARWriter) { self.writer = writer }

    func beginDirectory() throws(StoreError) { try write { try $0.directory() } }

    func entry(_ name: [UInt8]) throws(StoreError) { try write { try $0.entry(ByteString(name)) } }

    func endDirectory() throws(StoreError) { try write { try $0.endDirectory() } }

    func beginFile(size: UInt64, executable: Bool) throws(StoreError) {
        try write { try $0.regular(size: size, isExecutable: executable) }
    }

    func contents(_ bytes: UnsafeRawBufferPointer) throws(StoreError) { try write { try $0.contents(bytes) } }

    func endFile() {}

    func link(target: [UInt8]) throws(StoreError) { try write { try $0.symlink(target: ByteString(target)) } }

    private func write(_ body: (NARWriter) throws -> Void) throws(StoreError) {
        do {
            try body(writer)
        } catch {
            throw StoreError(wrapping: error)
        }
    }
}

extension StoreError {
    /// An error of a layer below, as one of the store.
    init(wrapping error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as FormatError: self.init(.malformed, error.message)
        default: self.init(.malformed, "\(error)")
        }
    }
}
