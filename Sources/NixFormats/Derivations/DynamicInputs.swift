/// What a derivation takes of the derivation that an output holds: outputs of it, and of the derivations that its outputs hold.
package struct DynamicInputs: Hashable, Sendable {
    package var outputs: SortedSet<ByteString> = []
    /// By the output that holds a derivation.
    package var held: SortedMap<ByteString, DynamicInputs> = [:]

    package init() {}

    /// How deep outputs may hold derivations in a file that is read.
    static let depthLimit = 1000
}

extension SortedMap where Key == ByteString, Value == DynamicInputs {
    /// Adds an output by the way to it: `[a, b]` is output `b` of the derivation that output `a` holds.
    ///
    /// The way has at least two outputs.
    package mutating func insert(_ way: ArraySlice<ByteString>) {
        guard let first = way.first, let last = way.last else { return }
        var inputs = self[first] ?? DynamicInputs()
        if way.count == 2 { inputs.outputs.insert(last) } else { inputs.held.insert(way.dropFirst()) }
        self[first] = inputs
    }
}
