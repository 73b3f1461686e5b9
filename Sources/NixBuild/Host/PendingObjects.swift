import NixFormats
import NixStore

/// Store objects whose paths an evaluation computed and that may have to be written later.
///
/// Evaluating `a.b.c` touches hundreds of derivations of which a build needs a few, so nothing is written before somebody asks for it.
struct PendingObjects {
    /// How an object can be made.
    enum Content {
        case text(name: ByteString, contents: ByteString)
        /// A derivation's file: thousands of them are kept for one that is read again.
        case derivation(DerivationFile)
        /// A tree of the file system; `included` holds the paths that a filter let through, nil where there was none.
        case tree(
            source: RealPath, name: ByteString, method: ContentAddressMethod, algorithm: HashAlgorithm,
            included: Set<RealPath>?)
    }

    private var contents: [StorePath: (content: Content, references: SortedSet<StorePath>)] = [:]

    /// Remembers how `path` can be made.
    mutating func record(_ path: StorePath, _ content: Content, references: SortedSet<StorePath> = []) {
        contents[path] = (content, references)
    }

    /// Whether it is known how `path` can be made.
    func contains(_ path: StorePath) -> Bool { contents[path] != nil }

    /// All of them.
    var paths: [StorePath] { Array(contents.keys) }

    /// The derivation that was computed for `path`.
    func derivation(_ path: StorePath, in store: StoreDirectory) throws(FormatError) -> Derivation? {
        guard case .derivation(let file)? = contents[path]?.content else { return nil }
        return try ATermReader.read(file: file.contents, at: path, store: store)
    }

    /// Writes `path` and what it refers to into `store`, as far as it is not there; references come first.
    func write(_ path: StorePath, to store: LocalStore) throws(StoreError) {
        var open = [(path: path, rest: references(path) ?? [])]
        var seen: Set<StorePath> = [path]
        while let last = open.indices.last {
            if let next = open[last].rest.popLast() {
                if seen.insert(next).inserted { open.append((next, references(next) ?? [])) }
            } else {
                try writeOne(open.removeLast().path, to: store)
            }
        }
    }

    /// What a computed object refers to, nil where nothing is known of it.
    func references(_ path: StorePath) -> [StorePath]? { contents[path].map { Array($0.references) } }

    private func writeOne(_ path: StorePath, to store: LocalStore) throws(StoreError) {
        guard let (content, references) = contents[path] else {
            guard try store.protectIfValid(path) else {
                throw StoreError(.notValid, "path '\(store.layout.storeDirectory.print(path))' is not valid")
            }
            return
        }
        if try store.protectIfValid(path) { return }
        switch content {
        case .text(let name, let contents):
            _ = try store.addText(name: name, contents: contents, references: references)
        case .derivation(let file): try store.addDerivation(file)
        case .tree(let source, let name, let method, let algorithm, let included):
            let filter: PathFilter? = included.map { included in { (path, _) in included.contains(path) } }
            let added = try store.addPath(
                source, name: name, method: method, algorithm: algorithm, filter: filter)
            guard added == path else {
                throw StoreError(.hashMismatch, "'\(source)' changed while it was evaluated")
            }
        }
    }
}
