extension SyntaxTree {
    /// Gives every set its final operands: ranges of `bindings` (static ones, then dynamic ones) and of `children`.
    mutating func flattenSets(of pool: borrowing BindingPool) {
        bindings.reserveCapacity(pool.bindings.count)
        for index in nodes.indices {
            let kind = nodes[index].kind
            guard kind == .attributeSet || kind == .recursiveAttributeSet else { continue }
            let set = pool.sets[Int(nodes[index].a)]
            nodes[index].a = Int32(truncatingIfNeeded: bindings.count)
            nodes[index].b = set.staticCount + set.dynamicCount
            nodes[index].c = Int32(truncatingIfNeeded: children.count)
            nodes[index].d = set.subjectCount
            appendBindings(from: set.firstStatic, of: pool)
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
