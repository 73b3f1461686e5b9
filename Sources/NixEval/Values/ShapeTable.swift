import NixSyntax

#if canImport(Glibc)
    import Glibc
#endif

/// One attribute on its way into a set.
struct AttributeEntry: BitwiseCopyable {
    var symbol: Symbol
    /// Bits of the value; 0 while only names are gathered.
    var value: UInt
    var position: UInt32
}

/// Makes shapes. Small ones without positions are shared, so that inline caches see one shape for equal names.
extension Machine {
    /// Shapes up to this many names are looked up before a new one is made.
    private static let sharedLimit = 64

    /// The shape of the given symbols, ascending and distinct.
    ///
    /// `positions` may be nil for "nowhere".
    func shape(
        symbols: UnsafePointer<Int32>, positions: UnsafePointer<UInt32>?, count: Int, isOpen: Bool = false
    ) throws(EvaluationError) -> Shape {
        let shares = !isOpen && positions == nil && count <= Machine.sharedLimit
        if shares, let known = evaluator.sharedShapes.find(symbols, count) { return known }
        let shape = try newShape(count: count, isOpen: isOpen)
        shape.symbols.update(from: symbols, count: count)
        if let positions {
            shape.positions.update(from: positions, count: count)
        } else {
            shape.positions.update(repeating: 0, count: count)
        }
        if shares { evaluator.sharedShapes.insert(shape) }
        return shape
    }

    /// A shape of its own, whose symbols and positions the caller has yet to write.
    func newShape(count: Int, isOpen: Bool = false) throws(EvaluationError) -> Shape {
        let words = try allocate(Shape.headerWords + count)
        words[0] = UInt(bitPattern: count << 3 | 1)
        words[1] = isOpen ? 8 | 1 : 1
        for index in 2..<Shape.headerWords { words[index] = 0 }
        return Shape(words: words)
    }

    /// The set of the given entries, in any order; of equal names the first one counts, as in `listToAttrs`.
    ///
    /// The entries' values must also be reachable by the collector elsewhere (they are in a Swift array here).
    func attributes(_ entries: inout [AttributeEntry]) throws(EvaluationError) -> Value {
        if entries.isEmpty { return state.pointee.emptyAttributes }
        let distinct = Machine.sortDistinct(&entries)
        var hasPositions = false
        for index in 0..<distinct where entries[index].position != 0 { hasPositions = true }
        let shape: Shape
        if hasPositions || distinct > Machine.sharedLimit {
            shape = try newShape(count: distinct)
            for index in 0..<distinct {
                shape.symbols[index] = entries[index].symbol.rawValue
                shape.positions[index] = entries[index].position
            }
        } else {
            shape = try sharedShape(entries, distinct)
        }
        let set = try attributes(shape)
        for index in 0..<distinct { set.attributeValues[index] = entries[index].value }
        return set
    }

    /// Puts entries in the order of their symbols and the first ones of equal symbols to the front; gives the number of those.
    private static func sortDistinct(_ entries: inout [AttributeEntry]) -> Int {
        let count = entries.count
        let spare = UnsafeMutablePointer<AttributeEntry>.allocate(capacity: count)
        defer { spare.deallocate() }
        return entries.withUnsafeMutableBufferPointer { buffer in
            let entries = buffer.baseAddress.unsafelyUnwrapped
            sortStably(entries, count: count, spare: spare) { $0.symbol.rawValue < $1.symbol.rawValue }
            var distinct = 1
            for index in 1..<count where entries[index].symbol != entries[distinct - 1].symbol {
                entries[distinct] = entries[index]
                distinct += 1
            }
            return distinct
        }
    }

    /// The shape of the first `count` entries, few, distinct and without positions.
    private func sharedShape(_ entries: [AttributeEntry], _ count: Int) throws(EvaluationError) -> Shape {
        let evaluator = evaluator
        let known = withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { symbols in
            for index in 0..<count { symbols.initializeElement(at: index, to: entries[index].symbol.rawValue) }
            return evaluator.sharedShapes.find(symbols.baseAddress.unsafelyUnwrapped, count)
        }
        if let known { return known }
        let shape = try newShape(count: count)
        for index in 0..<count { shape.symbols[index] = entries[index].symbol.rawValue }
        shape.positions.update(repeating: 0, count: count)
        evaluator.sharedShapes.insert(shape)
        return shape
    }

    /// A set of known names.
    ///
    /// `values` must be reachable by the collector: they are the caller's arguments on the stack.
    func attributes(_ pairs: (Symbol, Value)...) throws(EvaluationError) -> Value {
        // The array is only read for as long as the values lie on the caller's stack.
        var entries = pairs.map { AttributeEntry(symbol: $0.0, value: $0.1.bits, position: 0) }
        let keep = try allocate(max(entries.count, 1))
        for (index, pair) in pairs.enumerated() { keep[index] = pair.1.bits }
        return try withKept(keep) { () throws(EvaluationError) in try attributes(&entries) }
    }

    /// Keeps the cell on the stack while `body` runs.
    @inline(never)
    func withKept<T>(_ cell: Words, _ body: () throws(EvaluationError) -> T) throws(EvaluationError) -> T {
        let result = try body()
        keepAlive(cell)
        return result
    }

    @inline(never) func keepAlive(_ cell: Words) { state.pointee.kept = UInt(bitPattern: cell) }

    /// The shape without positions: what `mapAttrs` and friends give their results.
    func withoutPositions(_ shape: Shape) throws(EvaluationError) -> Shape {
        if shape.words[6] != 0 { return Shape(words: Words(bitPattern: shape.words[6]).unsafelyUnwrapped) }
        let result = try self.shape(symbols: shape.symbols, positions: nil, count: shape.count)
        shape.words[6] = result.address
        return result
    }

    /// Indices of the names in bytewise order.
    func order(_ shape: Shape) throws(EvaluationError) -> UnsafePointer<Int32> {
        if shape.words[2] == 0 {
            let table = evaluator.symbols
            let count = shape.count
            let symbols = shape.symbols
            let leaf = try allocateLeaf(max((count + 1) / 2, 1))
            let target = UnsafeMutableRawPointer(leaf).assumingMemoryBound(to: Int32.self)
            withUnsafeTemporaryAllocation(of: NameKey.self, capacity: 2 * count) { buffer in
                let names = buffer.baseAddress.unsafelyUnwrapped
                for index in 0..<count {
                    names[index] = NameKey(
                        prefix: table.prefix(of: Symbol(rawValue: symbols[index])), index: Int32(index))
                }
                sortStably(names, count: count, spare: names + count) { left, right in
                    if left.prefix != right.prefix { return left.prefix < right.prefix }
                    return compareBytes(
                        table.bytes(of: Symbol(rawValue: symbols[Int(left.index)])),
                        table.bytes(of: Symbol(rawValue: symbols[Int(right.index)]))) < 0
                }
                for index in 0..<count { target[index] = names[index].index }
            }
            shape.words[2] = UInt(bitPattern: leaf)
        }
        return UnsafePointer<Int32>(bitPattern: shape.words[2]).unsafelyUnwrapped
    }

    // MARK: Sets with dynamic names, `rec`, `inherit (from)`

    func makeGeneralAttributes(_ code: UnsafeMutablePointer<AttributesCode>, _ environment: Words)
        throws(EvaluationError) -> Value
    {
        let info = code.pointee
        let frame =
            info.frameWords == 0 ? environment : try newFrame(words: Int(info.frameWords), up: environment)
        for index in 0..<Int(info.fromCount) {
            let node = NodePointer(bitPattern: info.fromNodes[index]).unsafelyUnwrapped
            frame[Int(info.firstFromSlot) + index] = try delay(node, frame).bits
        }
        let count = Int(info.staticCount)
        let shape = Shape(words: Words(bitPattern: info.shape).unsafelyUnwrapped)
        var result = try allocateSet(shape)
        let values = result.attributeValues
        for index in 0..<count { values[index] = Value.null.bits }
        for index in 0..<count {
            let node = NodePointer(bitPattern: info.values[index]).unsafelyUnwrapped
            // `__overrides` replaces slots, so what reads them must not have looked at them yet.
            let value =
                info.hasOverrides && !info.inheritedFlags[index] ? try thunk(node, frame) : try delay(node, frame)
            values[index] = value.bits
            if info.isRecursive { frame[Int(info.firstSlot) + index] = value.bits }
        }
        if info.hasOverrides { result = try applyOverrides(result, info, frame) }
        if info.dynamicCount > 0 { result = try addDynamic(result, info, frame) }
        return result
    }

    private func allocateSet(_ shape: Shape) throws(EvaluationError) -> Value {
        shape.count == 0 ? state.pointee.emptyAttributes : try attributes(shape)
    }

    /// `rec { __overrides = …; }`: the given values replace those of the same name, inside the set too.
    private func applyOverrides(_ set: Value, _ info: AttributesCode, _ frame: Words) throws(EvaluationError) -> Value {
        let overrides: Value
        do throws(EvaluationError) {
            let given = try force(set.attribute(known.overrides))
            guard given.isAttributes else { throw wrongType(given, expected: "a set", 0) }
            overrides = try flat(given)
        } catch {
            throw error.adding("while evaluating the `__overrides` attribute", 0)
        }
        let shape = set.shape
        for index in 0..<overrides.shape.count {
            let own = shape.index(of: overrides.shape.symbols[index])
            if own >= 0 { frame[Int(info.firstSlot) + own] = overrides.attributeValues[index] }
        }
        return try update(set, overrides)
    }

    private func addDynamic(_ set: Value, _ info: AttributesCode, _ frame: Words) throws(EvaluationError) -> Value {
        let shape = set.shape
        let count = Int(info.dynamicCount)
        if count == 1, shape.count == 0 {
            let symbol = try dynamicName(info.dynamic[0], frame)
            if symbol == .none { return set }
            let value = try delay(NodePointer(bitPattern: info.dynamic[0].value).unsafelyUnwrapped, frame)
            let shape = try newShape(count: 1)
            shape.symbols[0] = symbol.rawValue
            shape.positions[0] = info.dynamic[0].position
            let result = try attributes(shape)
            result.attributeValues[0] = value.bits
            return result
        }
        // Pairs of a value and its symbol and position, in the order of the symbols: where the collector sees them.
        let pairs = try allocate(2 * count)
        for index in 0..<2 * count { pairs[index] = 0 }
        var used = 0
        for index in 0..<count {
            let dynamic = info.dynamic[index]
            let symbol = try dynamicName(dynamic, frame)
            if symbol == .none { continue }
            var place = used
            while place > 0, Machine.pairSymbol(pairs, place - 1) > symbol.rawValue { place -= 1 }
            let earlier = shape.index(of: symbol.rawValue)
            if earlier >= 0 || place > 0 && Machine.pairSymbol(pairs, place - 1) == symbol.rawValue {
                let first = earlier >= 0 ? shape.positions[earlier] : Machine.pairPosition(pairs, place - 1)
                throw EvaluationError(
                    .other,
                    "dynamic attribute '\(evaluator.printed(symbol))' already defined at "
                        + evaluator.describe(first), at: dynamic.position)
            }
            let value = try delay(NodePointer(bitPattern: dynamic.value).unsafelyUnwrapped, frame)
            (pairs + 2 * place + 2).update(from: pairs + 2 * place, count: 2 * (used - place))
            pairs[2 * place] = value.bits
            pairs[2 * place + 1] = UInt(UInt32(bitPattern: symbol.rawValue)) << 32 | UInt(dynamic.position)
            used += 1
        }
        let result = used == 0 ? set : try adding(pairs, used, to: set)
        keepAlive(pairs)
        return result
    }

    private static func pairSymbol(_ pairs: Words, _ index: Int) -> Int32 {
        Int32(truncatingIfNeeded: pairs[2 * index + 1] >> 32)
    }

    private static func pairPosition(_ pairs: Words, _ index: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: pairs[2 * index + 1])
    }

    /// `set` and dynamic attributes, none of which it has.
    ///
    /// Most literals give their dynamic attributes the same names again and again. So the shape that came of the last ones is left
    /// with the shape of the static ones, as their partner in `//` would be.
    private func adding(_ pairs: Words, _ used: Int, to set: Value) throws(EvaluationError) -> Value {
        let base = set.shape
        guard !base.isLayer, !base.isOpen else {
            return try update(set, try adding(pairs, used, to: state.pointee.emptyAttributes))
        }
        let shape = try self.shape(base, with: pairs, used)
        let result = try attributes(shape)
        var (index, pair) = (0, 0)
        for place in 0..<shape.count {
            if pair < used, shape.symbols[place] == Machine.pairSymbol(pairs, pair) {
                result.attributeValues[place] = pairs[2 * pair]
                pair += 1
            } else {
                result.attributeValues[place] = set.attributeValues[index]
                index += 1
            }
        }
        return result
    }

    private func shape(_ base: Shape, with pairs: Words, _ used: Int) throws(EvaluationError) -> Shape {
        let count = base.count + used
        if base.words[3] == base.address {
            let known = Shape(words: Words(bitPattern: base.words[4]).unsafelyUnwrapped)
            let isSame =
                known.count == count
                && (0..<used).allSatisfy { pair in
                    let found = known.index(of: Machine.pairSymbol(pairs, pair))
                    return found >= 0 && known.positions[found] == Machine.pairPosition(pairs, pair)
                }
            if isSame { return known }
        }
        let shape = try newShape(count: count)
        var (index, pair) = (0, 0)
        for place in 0..<count {
            if index == base.count || pair < used && Machine.pairSymbol(pairs, pair) < base.symbols[index] {
                shape.symbols[place] = Machine.pairSymbol(pairs, pair)
                shape.positions[place] = Machine.pairPosition(pairs, pair)
                pair += 1
            } else {
                shape.symbols[place] = base.symbols[index]
                shape.positions[place] = base.positions[index]
                index += 1
            }
        }
        base.words[3] = base.address
        base.words[4] = shape.address
        base.words[5] = 0
        return shape
    }

    /// The name of a dynamic attribute; none where it is `null`, and so no attribute.
    @inline(__always)
    private func dynamicName(_ dynamic: DynamicAttribute, _ frame: Words) throws(EvaluationError) -> Symbol {
        let name = try evaluate(NodePointer(bitPattern: dynamic.name).unsafelyUnwrapped, frame)
        if name.isNull { return .none }
        return symbol(
            try stringWithoutContext(name, dynamic.position, "while evaluating the name of a dynamic attribute"))
    }
}

/// The start of a name, as a number, and where its symbol is in a shape.
private struct NameKey: BitwiseCopyable {
    var prefix: UInt64
    var index: Int32
}

/// Bytewise comparison: negative, zero or positive.
@inline(__always)
func compareBytes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
    let common = min(left.count, right.count)
    if common > 0 {
        let order = memcmp(left.baseAddress.unsafelyUnwrapped, right.baseAddress.unsafelyUnwrapped, common)
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}

/// Shapes by their names, so that equal sets of names give one shape.
///
/// Weak: emptied at every collection.
struct SharedShapes {
    private var slots: [UInt] = Array(repeating: 0, count: 1024)
    private var count = 0

    func find(_ symbols: UnsafePointer<Int32>, _ count: Int) -> Shape? {
        var slot = Int(SharedShapes.hash(symbols, count) & UInt(slots.count - 1))
        while slots[slot] != 0 {
            let shape = Shape(words: Words(bitPattern: slots[slot]).unsafelyUnwrapped)
            if shape.count == count, memcmp(shape.symbols, symbols, count * 4) == 0 { return shape }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ shape: Shape) {
        if count * 2 >= slots.count { grow() }
        place(shape)
        count += 1
    }

    mutating func removeAll() {
        slots = Array(repeating: 0, count: 1024)
        count = 0
    }

    private mutating func place(_ shape: Shape) {
        var slot = Int(SharedShapes.hash(shape.symbols, shape.count) & UInt(slots.count - 1))
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = shape.address
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for address in old where address != 0 {
            place(Shape(words: Words(bitPattern: address).unsafelyUnwrapped))
        }
    }

    private static func hash(_ symbols: UnsafePointer<Int32>, _ count: Int) -> UInt {
        var hash = UInt(bitPattern: count)
        for index in 0..<count {
            hash = (hash ^ UInt(UInt32(bitPattern: symbols[index]))) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return hash
    }
}
