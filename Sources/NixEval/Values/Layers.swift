import NixSyntax

/// A small set put onto a large one without copying either: what `//` leaves of such a pair.
///
/// A heap object with the tag of a set and the one layer shape, which has no names:
///
///     0  the layer shape
///     1  the base: a closed set, perhaps layered itself
///     2  the top: a closed set that is not layered, whose names hide those of the base
///     3  how many names there are at most, an integer
///     4  how many more look-ups before the layers are merged, an integer
///
/// Tops grow at least fourfold from each layer to the one under it (`Machine+Update`), so the number of layers is
/// logarithmic. Whoever enumerates a set asks `Machine.flat` first, which merges the layers for good: afterwards the base
/// is the whole set and the top is empty.
extension Value {
    static let layerWords = 5

    /// Only for sets.
    @inline(__always) var isLayered: Bool { shape.isLayer }
    /// The set under a layer, and the layer.
    @inline(__always) var base: Value { Value(bits: object[1]) }
    @inline(__always) var top: Value { Value(bits: object[2]) }

    /// How many names a set has; of a layered one, at most.
    @inline(__always) var nameLimit: Int { isLayered ? Value(bits: object[3]).smallInteger : shape.count }

    /// The value (perhaps a thunk) under `symbol`, or `absent`.
    ///
    /// Does not consult the fallback of an open set.
    @inline(__always) func attribute(_ symbol: Symbol) -> Value {
        let index = shape.index(of: symbol.rawValue)
        if index >= 0 { return Value(bits: attributeValues[index]) }
        return isLayered ? layeredAttribute(symbol) : .absent
    }

    @inline(never) private func layeredAttribute(_ symbol: Symbol) -> Value {
        let place = Machine.layeredPlace(of: symbol, in: self)
        return place.index < 0 ? .absent : Value(bits: place.holder.attributeValues[place.index])
    }
}

extension Machine {
    @inline(__always) func isLayered(_ set: Value) -> Bool { set.object[0] == state.pointee.layerShape.address }

    /// Where a name is: the set without layers that has it, and its index there, or −1.
    @inline(__always)
    func place(of symbol: Symbol, in set: Value) throws(EvaluationError) -> (holder: Value, index: Int) {
        if !isLayered(set) { return (set, set.shape.index(of: symbol.rawValue)) }
        if try isWornOut(set) { return (set.base, set.base.shape.index(of: symbol.rawValue)) }
        return Machine.layeredPlace(of: symbol, in: set)
    }

    @inline(never)
    static func layeredPlace(of symbol: Symbol, in set: Value) -> (holder: Value, index: Int) {
        var set = set
        while set.isLayered {
            let index = set.top.shape.index(of: symbol.rawValue)
            if index >= 0 { return (set.top, index) }
            set = set.base
        }
        return (set, set.shape.index(of: symbol.rawValue))
    }

    /// Counts a look-up in a layered set; merges the layers once that is cheaper than going through them again.
    @inline(__always)
    func isWornOut(_ set: Value) throws(EvaluationError) -> Bool {
        let left = Value(bits: set.object[4]).smallInteger
        if left > 0 {
            set.object[4] = Value(smallInteger: left &- 1).bits
            return false
        }
        _ = try flatten(set)
        return true
    }

    /// The same set without layers.
    @inline(__always) func flat(_ set: Value) throws(EvaluationError) -> Value {
        isLayered(set) ? try flatten(set) : set
    }

    @inline(never)
    private func flatten(_ set: Value) throws(EvaluationError) -> Value {
        if set.top.shape.count == 0, !set.base.isLayered { return set.base }
        // From the small end, so that the large base is copied once.
        var merged = set.top
        var rest = set.base
        while rest.isLayered {
            merged = try merge(rest.top, merged)
            rest = rest.base
        }
        merged = try merge(rest, merged)
        set.object[1] = merged.bits
        set.object[2] = state.pointee.emptyAttributes.bits
        set.object[4] = Value(smallInteger: 0).bits
        return merged
    }

    /// Puts `top` onto `base`, both closed; `top` without layers.
    func layer(_ top: Value, on base: Value) throws(EvaluationError) -> Value {
        let cell = try allocate(Value.layerWords)
        let limit = base.nameLimit + top.shape.count
        cell[0] = state.pointee.layerShape.address
        cell[1] = base.bits
        cell[2] = top.bits
        cell[3] = Value(smallInteger: limit).bits
        cell[4] = Value(smallInteger: limit / 4).bits
        return Value(.attributes, cell)
    }
}
