package import NixFormats

/// The digests of a tree that registering it needs.
package struct TreeDigests: Hashable, Sendable {
    /// SHA-256 and size of the NAR.
    package let nar: PathDigest
    /// What makes up the content address: equal to the NAR's for `nar` with SHA-256.
    package let content: NixHash

    package init(nar: PathDigest, content: NixHash) {
        self.nar = nar
        self.content = content
    }
}

/// Digests the tree it is told of, every way at once, and looks for references in its NAR.
final class TreeDigester: NARVisitor {
    private let narDigester = Digester(.sha256)
    private let contentDigester: Digester?
    private let method: ContentAddressMethod
    private let writer: NARWriter
    private let scan: Scan

    private final class Scan {
        var scanner: ReferenceScanner?
        init(_ scanner: ReferenceScanner?) { self.scanner = scanner }
    }

    /// - Parameter candidates: the paths to look for; none are looked for where it is empty.
    init(method: ContentAddressMethod, algorithm: HashAlgorithm, candidates: [StorePath] = []) {
        self.method = method
        let nar = narDigester
        let content = method == .nar && algorithm == .sha256 ? nil : Digester(algorithm)
        let alongside = method == .nar ? content : nil
        let scan = Scan(candidates.isEmpty ? nil : ReferenceScanner(candidates))
        writer = NARWriter { bytes in
            nar.update(bytes)
            alongside?.update(bytes)
            scan.scanner?.scan(bytes)
        }
        contentDigester = content
        self.scan = scan
    }

    /// The digests and the references that were found; the tree must be complete.
    func finish() throws(StoreError) -> (digests: TreeDigests, references: SortedSet<StorePath>) {
        do { try writer.finish() } catch { throw StoreError(wrapping: error) }
        let size = narDigester.byteCount
        let nar = PathDigest(hash: narDigester.finish(), size: size)
        return (
            TreeDigests(nar: nar, content: contentDigester?.finish() ?? nar.hash), scan.scanner?.found ?? []
        )
    }

    func directory() throws { try writer.directory() }

    func entry(_ name: ByteString) throws { try writer.entry(name) }

    func endDirectory() throws { try writer.endDirectory() }

    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) throws {
        try writer.regular(size: size, isExecutable: isExecutable)
    }

    func contents(_ bytes: UnsafeRawBufferPointer) throws {
        if method != .nar { contentDigester?.update(bytes) }
        try writer.contents(bytes)
    }

    func endRegular() {}

    func symlink(target: ByteString) throws { try writer.symlink(target: target) }
}
