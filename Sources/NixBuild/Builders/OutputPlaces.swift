import NixFormats
import NixStore

/// Where a builder writes the outputs of a derivation: to their own paths, but for those that are valid already.
///
/// Those it makes once more at paths that nobody knows, where they are thrown away; what the other outputs say of these paths is put
/// right afterwards.
struct OutputPlaces {
    /// In the order of the derivation's outputs.
    let places: [(output: StorePath, place: StorePath)]
    private let storeDirectory: StoreDirectory
    private let texts: [(old: [UInt8], new: [UInt8])]

    init(_ step: BuildPlan.Step, in store: LocalStore) throws(BuildFailure) {
        storeDirectory = store.layout.storeDirectory
        places = try BuildFailure.ofStore { () throws(StoreError) in
            var places: [(output: StorePath, place: StorePath)] = []
            for output in step.outputs {
                guard try store.isValid(output.path) else {
                    places.append((output.path, output.path))
                    continue
                }
                let place = try Self.spare(output.path, of: step.path)
                // Not valid, but not for a collector either.
                _ = try store.protectIfValid(place)
                places.append((output.path, place))
            }
            return places
        }
        var texts: [(old: [UInt8], new: [UInt8])] = []
        for (output, place) in zip(step.outputs, places) {
            let placeholder = OutputPlaceholder.make(output: output.name).bytes
            texts.append((placeholder, storeDirectory.print(place.place).bytes))
            if place.output != place.place {
                texts.append((Array(place.output.hashPart), Array(place.place.hashPart)))
            }
        }
        self.texts = texts
    }

    /// Another path of the same length, the same for every try.
    private static func spare(_ path: StorePath, of derivation: StorePath) throws(StoreError) -> StorePath {
        let text = Array("spare:".utf8) + derivation.baseName.bytes + [UInt8(ascii: ":")] + path.baseName.bytes
        let digits = Digester.hash(.sha256, ByteString(text)).nix32.bytes.prefix(StorePath.hashPartCount)
        do {
            return try StorePath(baseName: ByteString(Array(digits) + path.baseName.bytes.dropFirst(digits.count)))
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// A builder's variable, argument or file with the places in it, also for what `builtins.placeholder` gave.
    func naming(_ text: ByteString) -> ByteString {
        ByteString(texts.reduce(text.bytes) { $0.replacing($1.old, with: $1.new) })
    }

    /// Puts right what a tree says of outputs that were made elsewhere.
    ///
    /// - Parameter other: a path for the new tree.
    /// - Returns: where the tree is now.
    func settle(_ tree: RealPath, at other: RealPath) throws(StoreError) -> RealPath {
        let moved = places.filter { $0.output != $0.place }
        guard !moved.isEmpty else { return tree }
        var replacer = TextReplacer(moved.map { (Array($0.place.hashPart), Array($0.output.hashPart)) })
        let restore = try TreeRestore(to: other, synchronises: false)
        try TreeDump.dump(tree) { (bytes) throws(StoreError) in try restore.write(replacer.replace(bytes)[...]) }
        try restore.write(replacer.finish()[...])
        _ = try restore.finish()
        try TreeRemoval.remove(tree)
        return other
    }
}
