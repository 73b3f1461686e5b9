import NixSyntax

/// The operator `//`: copies, or puts a layer on (`Values/Layers.swift`).
extension Machine {
    /// The right side comes first, as in Nix.
    @inline(__always)
    func update(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let right: Value
        do throws(EvaluationError) { right = try attributeSet(node.pointee.nodeB, environment) } catch {
            throw operandFrame(error, node.pointee.nodeB, "in the right operand of the update (//) operator")
        }
        let left: Value
        do throws(EvaluationError) { left = try attributeSet(node.pointee.nodeA, environment) } catch {
            throw operandFrame(error, node.pointee.nodeA, "in the left operand of the update (//) operator")
        }
        return try update(left, right)
    }

    private func attributeSet(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let value = try evaluate(node, environment)
        guard value.isAttributes else { throw wrongType(value, expected: "a set", 0) }
        return value
    }

    /// An operand that is an update itself has said where it failed.
    @inline(never)
    private func operandFrame(_ error: EvaluationError, _ operand: NodePointer, _ text: String) -> EvaluationError {
        if operand.pointee.opcode == .update { return error }
        return error.adding(text, expressionPosition(operand))
    }

    /// `left // right`.
    func update(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        let leftShape = left.shape
        let rightShape = right.shape
        if leftShape.isLayer || rightShape.isLayer { return try updateLayered(left, right) }
        if rightShape.count == 0, !rightShape.isOpen { return left }
        if leftShape.count == 0, !leftShape.isOpen { return right }
        if puts(rightShape, onto: leftShape) { return try layer(right, on: left) }
        return try merge(left, right)
    }

    /// Sets of fewer names are copied: that is as fast, and inline caches know their shapes.
    private static let smallestBase = 32
    /// Sets of up to so many names are copied where the same two shapes have met before: the shape that comes of them
    /// is then made once for all.
    private static let largestRepeatedBase = 256
    /// How much larger than the set on its right a set must be, to be neither copied nor looked through name by name.
    private static let fewFactor = 8
    /// How much larger a layer must be than one that is put onto it.
    private static let layerFactor = 4

    /// Whether `left // right` becomes a layer on `left` rather than a copy.
    @inline(__always)
    private func puts(_ right: Shape, onto left: Shape) -> Bool {
        if right.isOpen || left.isOpen { return false }
        if state.pointee.alwaysLayers { return true }
        guard left.count >= Machine.smallestBase, right.count &* Machine.fewFactor < left.count else { return false }
        if left.words[3] == right.address, left.count <= Machine.largestRepeatedBase { return false }
        left.words[3] = right.address
        left.words[4] = 0
        left.words[5] = 0
        return true
    }

    /// `left // right` where one has layers.
    ///
    /// A new layer is merged with those that are not much larger, so that each name is copied few times, however many
    /// small sets are put on.
    @inline(never)
    private func updateLayered(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        let right = try flat(right)
        guard left.isLayered, !right.shape.isOpen else { return try update(try flat(left), right) }
        if right.shape.count == 0 { return left }
        if left.top.shape.count == 0 { return try update(left.base, right) }
        if left.top.shape.count > right.shape.count &* Machine.layerFactor { return try layer(right, on: left) }
        return try update(left.base, try merge(left.top, right))
    }

    /// `left // right` of two sets without layers, as a set without layers.
    func merge(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        let leftShape = left.shape
        let rightShape = right.shape
        if rightShape.count == 0, !rightShape.isOpen { return left }
        if leftShape.count == 0, !leftShape.isOpen { return right }
        if leftShape == rightShape, !leftShape.isOpen { return right }
        if rightShape.count &* Machine.fewFactor < leftShape.count { return try updateFew(left, right) }
        if leftShape.words[3] != rightShape.address { return try mergeFirst(left, right) }
        let shape = Shape(words: Words(bitPattern: leftShape.words[4]).unsafelyUnwrapped)
        if leftShape.words[5] == 0 { try plan(leftShape, rightShape, count: shape.count) }
        let plan = UnsafePointer<Int32>(bitPattern: leftShape.words[5]).unsafelyUnwrapped
        let result = try attributes(shape)
        let target = result.attributeValues
        let leftValues = left.attributeValues
        let rightValues = right.attributeValues
        var index = 0
        let count = shape.count
        while index < count {
            let source = Int(plan[index])
            target[index] = source >= 0 ? leftValues[source] : rightValues[~source]
            index &+= 1
        }
        if shape.isOpen {
            target[count] = rightShape.isOpen ? rightValues[rightShape.count] : leftValues[leftShape.count]
        }
        return result
    }

    /// `left // right` where the right side is small: stretches of the left side are copied as they are.
    @inline(never)
    private func updateFew(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        let leftShape = left.shape
        let rightShape = right.shape
        // Where each name of the right goes: before which index of the left, and whether it replaces that one.
        let places = (0..<rightShape.count).map { leftShape.place(of: rightShape.symbols[$0]) }
        let isOpen = leftShape.isOpen || rightShape.isOpen
        if leftShape.words[3] != rightShape.address || leftShape.words[4] == 0 {
            let shape = try mergeFew(leftShape, rightShape, places, isOpen)
            leftShape.words[3] = rightShape.address
            leftShape.words[4] = shape.address
            leftShape.words[5] = 0
        }
        let shape = Shape(words: Words(bitPattern: leftShape.words[4]).unsafelyUnwrapped)
        let result = try attributes(shape)
        Machine.splice(
            result.attributeValues, left.attributeValues, leftShape.count, right.attributeValues, places)
        if isOpen {
            result.attributeValues[shape.count] =
                rightShape.isOpen
                ? right.attributeValues[rightShape.count] : left.attributeValues[leftShape.count]
        }
        return result
    }

    private func mergeFew(
        _ left: Shape, _ right: Shape, _ places: [(index: Int, replaces: Bool)], _ isOpen: Bool
    ) throws(EvaluationError) -> Shape {
        let count = left.count + places.count { !$0.replaces }
        let shape = try newShape(count: count, isOpen: isOpen)
        Machine.splice(shape.symbols, left.symbols, left.count, right.symbols, places)
        Machine.splice(shape.positions, left.positions, left.count, right.positions, places)
        return shape
    }

    /// Copies `base` with the elements of `new` put in at, or in place of, the elements that `places` says.
    private static func splice<T>(
        _ target: UnsafeMutablePointer<T>, _ base: UnsafeMutablePointer<T>, _ count: Int,
        _ new: UnsafeMutablePointer<T>, _ places: [(index: Int, replaces: Bool)]
    ) {
        var target = target
        var copied = 0
        for (index, place) in places.enumerated() {
            target.update(from: base + copied, count: place.index - copied)
            target += place.index - copied
            target.pointee = new[index]
            target += 1
            copied = place.index + (place.replaces ? 1 : 0)
        }
        target.update(from: base + copied, count: count - copied)
    }

    /// `left // right` of two shapes that have not met.
    ///
    /// The shape is left with the left one. Most pairs meet once, so nothing else is kept.
    @inline(never)
    private func mergeFirst(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        let leftShape = left.shape
        let rightShape = right.shape
        let isOpen = leftShape.isOpen || rightShape.isOpen
        let count = unionCount(leftShape, rightShape)
        let shape: Shape
        let result: Value
        if leftShape.hasPositions || rightShape.hasPositions {
            shape = try newShape(count: count, isOpen: isOpen)
            result = try attributes(shape)
            mergeAll(left, right, shape, result.attributeValues)
        } else {
            var symbols = [Int32](repeating: 0, count: count)
            forEachMerged(leftShape, rightShape) { target, source in
                symbols[target] = source >= 0 ? leftShape.symbols[source] : rightShape.symbols[~source]
            }
            shape = try self.shape(symbols: symbols, positions: nil, count: count, isOpen: isOpen)
            result = try attributes(shape)
            let target = result.attributeValues
            let leftValues = left.attributeValues
            let rightValues = right.attributeValues
            forEachMerged(leftShape, rightShape) { index, source in
                target[index] = source >= 0 ? leftValues[source] : rightValues[~source]
            }
        }
        if isOpen {
            result.attributeValues[count] =
                rightShape.isOpen
                ? right.attributeValues[rightShape.count] : left.attributeValues[leftShape.count]
        }
        leftShape.words[3] = rightShape.address
        leftShape.words[4] = shape.address
        leftShape.words[5] = 0
        return result
    }

    /// Writes names, positions and values of `left // right` in one pass.
    ///
    /// Which side comes next cannot be foretold, so the loop chooses without a branch.
    @inline(__always)
    private func mergeAll(_ left: Value, _ right: Value, _ shape: Shape, _ values: Words) {
        let (leftShape, rightShape) = (left.shape, right.shape)
        let (leftSymbols, rightSymbols, symbols) = (leftShape.symbols, rightShape.symbols, shape.symbols)
        let (leftPositions, rightPositions, positions) = (leftShape.positions, rightShape.positions, shape.positions)
        let (leftValues, rightValues) = (left.attributeValues, right.attributeValues)
        let (leftCount, rightCount) = (leftShape.count, rightShape.count)
        var (i, j, index) = (0, 0, 0)
        while i < leftCount, j < rightCount {
            let (a, b) = (leftSymbols[i], rightSymbols[j])
            let isRight = b <= a
            symbols[index] = isRight ? b : a
            positions[index] = (isRight ? rightPositions + j : leftPositions + i).pointee
            values[index] = (isRight ? rightValues + j : leftValues + i).pointee
            i &+= a <= b ? 1 : 0
            j &+= isRight ? 1 : 0
            index &+= 1
        }
        func copyRest(_ origin: Shape, _ source: Words, _ from: Int, _ end: Int) {
            (symbols + index).update(from: origin.symbols + from, count: end &- from)
            (positions + index).update(from: origin.positions + from, count: end &- from)
            (values + index).update(from: source + from, count: end &- from)
        }
        if i < leftCount { copyRest(leftShape, leftValues, i, leftCount) }
        if j < rightCount { copyRest(rightShape, rightValues, j, rightCount) }
    }

    /// For shapes that meet again: where each value of `left // right` comes from (≥ 0: left, ~index: right), left in
    /// the left shape.
    @inline(never)
    private func plan(_ left: Shape, _ right: Shape, count: Int) throws(EvaluationError) {
        let leaf = try allocateLeaf(max((count + 1) / 2, 1))
        let target = UnsafeMutableRawPointer(leaf).assumingMemoryBound(to: Int32.self)
        forEachMerged(left, right) { index, source in target[index] = Int32(truncatingIfNeeded: source) }
        left.words[5] = UInt(bitPattern: leaf)
    }

    private func unionCount(_ left: Shape, _ right: Shape) -> Int {
        let (leftSymbols, rightSymbols) = (left.symbols, right.symbols)
        let (leftCount, rightCount) = (left.count, right.count)
        var (i, j, both) = (0, 0, 0)
        while i < leftCount, j < rightCount {
            let (a, b) = (leftSymbols[i], rightSymbols[j])
            i &+= a <= b ? 1 : 0
            j &+= b <= a ? 1 : 0
            both &+= a == b ? 1 : 0
        }
        return leftCount &+ rightCount &- both
    }

    /// Walks the union of two shapes in order: the place in the union, and where it comes from (≥ 0: left, ~index: right).
    @inline(__always)
    private func forEachMerged(_ left: Shape, _ right: Shape, _ body: (_ index: Int, _ source: Int) -> Void) {
        let (leftSymbols, rightSymbols) = (left.symbols, right.symbols)
        let (leftCount, rightCount) = (left.count, right.count)
        var (i, j, index) = (0, 0, 0)
        while i < leftCount, j < rightCount {
            let (a, b) = (leftSymbols[i], rightSymbols[j])
            if a < b {
                body(index, i)
                i &+= 1
            } else {
                body(index, ~j)
                j &+= 1
                if a == b { i &+= 1 }
            }
            index &+= 1
        }
        while i < leftCount {
            body(index, i)
            i &+= 1
            index &+= 1
        }
        while j < rightCount {
            body(index, ~j)
            j &+= 1
            index &+= 1
        }
    }
}
