/// A growing sequence of values in heap memory, where the collector sees them.
///
/// Lives on the stack as a local variable of the builtin that fills it; must not be stored in an object or captured.
struct ValueBuffer {
    private var cell: Words
    private(set) var count = 0
    private var capacity: Int

    init(_ machine: Machine, capacity: Int = 8) throws(EvaluationError) {
        self.capacity = max(capacity, 1)
        // One word ahead of the values, so that the buffer can become a list where it is.
        cell = try machine.allocate(self.capacity + 1)
        cell[0] = 0
    }

    @inline(__always) subscript(index: Int) -> Value {
        get { Value(bits: cell[index &+ 1]) }
        nonmutating set { cell[index &+ 1] = newValue.bits }
    }

    @inline(__always)
    mutating func append(_ value: Value, _ machine: Machine) throws(EvaluationError) {
        if count == capacity { try grow(machine) }
        count &+= 1
        cell[count] = value.bits
    }

    @inline(never)
    private mutating func grow(_ machine: Machine) throws(EvaluationError) {
        let larger = try machine.allocate(capacity * 2 + 1)
        for index in 0...count { larger[index] = cell[index] }
        cell = larger
        capacity *= 2
    }

    mutating func removeLast() -> Value {
        count -= 1
        return Value(bits: cell[count + 1])
    }

    /// The values as words, valid until the next `append`.
    var words: Words { cell + 1 }

    /// The buffer as a list; must not be appended to afterwards.
    func list(_ machine: Machine) throws(EvaluationError) -> Value {
        if count == 0 { return machine.state.pointee.emptyList }
        // More than a quarter unused: copy, so that the list does not hold what it does not need.
        if capacity > 8, count < capacity - capacity / 4 {
            let result = try machine.list(count: count)
            result.elements.update(from: cell + 1, count: count)
            return result
        }
        cell[0] = UInt(bitPattern: count << 3 | 1)
        return Value(.list, cell)
    }
}
