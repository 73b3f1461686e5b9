/// The arrays of a `SyntaxTree` while a text is parsed.
struct TreeBuilder: ~Copyable {
    let source: SourceFile
    var nodes: GrowingArray<Node>
    var children: GrowingArray<NodeIndex>
    var bytes: GrowingArray<UInt8>
    var integers = GrowingArray<Int64>()
    var floats = GrowingArray<Double>()
    var attributeNames: GrowingArray<AttributeName>
    var bindings = GrowingArray<Binding>()
    var formals = GrowingArray<Formal>()
    var patterns = GrowingArray<Pattern>()
    var partPositions = GrowingArray<UInt32>()
    var warnings: [SyntaxWarning] = []

    /// Makes room for what a text of this length usually becomes, so that most arrays never grow.
    init(source: SourceFile) {
        self.source = source
        let count = source.text.count
        nodes = GrowingArray(capacity: count / 8 + 16)
        bytes = GrowingArray(capacity: count / 4 + 16)
        children = GrowingArray(capacity: count / 16 + 16)
        attributeNames = GrowingArray(capacity: count / 24 + 16)
    }

    /// Gives every set its final operands: ranges of `bindings` (static ones by symbol, then dynamic ones) and of `children`.
    mutating func flattenSets(of pool: borrowing BindingPool) {
        bindings = GrowingArray(capacity: pool.bindings.count)
        for index in 0..<Int32(truncatingIfNeeded: nodes.count) {
            let node = nodes.pointer(to: index)
            guard node.pointee.kind == .attributeSet || node.pointee.kind == .recursiveAttributeSet else { continue }
            let set = pool.sets[Int(node.pointee.a)]
            let start = bindings.count
            node.pointee.a = Int32(truncatingIfNeeded: start)
            node.pointee.b = set.staticCount + set.dynamicCount
            node.pointee.c = Int32(truncatingIfNeeded: children.count)
            node.pointee.d = set.subjectCount
            appendBindings(from: set.firstStatic, of: pool)
            bindings.elements(from: start).sortFew { $0.symbol.rawValue < $1.symbol.rawValue }
            appendBindings(from: set.firstDynamic, of: pool)
            var subject = set.firstSubject
            while subject >= 0 {
                children.append(pool.subjects[Int(subject)])
                subject = pool.followingSubject[Int(subject)]
            }
        }
    }

    @inline(__always)
    private mutating func appendBindings(from first: Int32, of pool: borrowing BindingPool) {
        var index = first
        while index >= 0 {
            bindings.append(pool.bindings[Int(index)])
            index = pool.following[Int(index)]
        }
    }
}
