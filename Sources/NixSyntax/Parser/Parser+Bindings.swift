extension Parser {
    /// `let { …; body = …; }`, from its brace on.
    mutating func parseLegacyLet(at position: Int) throws(SyntaxError) -> NodeIndex {
        advance()
        let set = try parseSetBody(.recursiveAttributeSet, at: position)
        return add(.legacyLet, at: position, a: set)
    }

    /// What follows the brace of a `rec` or legacy `let` set.
    mutating func parseSetBody(_ kind: NodeKind, at position: Int) throws(SyntaxError) -> NodeIndex {
        let set = pool.makeSet()
        let node = add(kind, at: position, a: set)
        try parseBindings(into: set)
        try expect(.closeBrace, expecting: "'inherit' or '}'")
        return node
    }

    /// Bindings up to a token that starts none.
    mutating func parseBindings(into set: Int32) throws(SyntaxError) {
        while true {
            switch lexer.token {
            case .identifier, .or, .quote, .dollarBrace:
                let base = nameStack.count
                let position = lexer.start
                try parseAttributePath()
                try parseBindingRest(names: base, position: position, into: set)
            case .inherit:
                try parseInherit(into: set)
            default:
                return
            }
        }
    }

    /// `= expression ;` after the attribute path above `names` on the name stack.
    mutating func parseBindingRest(names: Int, position: Int, into set: Int32) throws(SyntaxError) {
        try expect(.assign, expecting: "'.' or '='")
        let value = try parseExpression()
        guard lexer.token == .semicolon else { throw unexpected(expecting: "';'") }
        try bind(names: names, to: value, position: UInt32(truncatingIfNeeded: position), in: set)
        advance()
    }

    /// `inherit a b;` and `inherit (from) a b;`.
    private mutating func parseInherit(into set: Int32) throws(SyntaxError) {
        advance()
        var subject: NodeIndex = -1
        if lexer.token == .openParenthesis {
            advance()
            subject = try parseExpression()
            try expect(.closeParenthesis, expecting: "')'")
        }
        let base = nameStack.count
        while true {
            let position = lexer.start
            switch lexer.token {
            case .identifier, .or:
                nameStack.append(
                    AttributeName(
                        symbol: tokenSymbol(), expression: -1, position: UInt32(truncatingIfNeeded: position)))
                advance()
            case .quote, .dollarBrace:
                let name = try parseStringName()
                if name.expression >= 0 { throw error("dynamic attributes not allowed in inherit", at: position) }
                nameStack.append(name)
            case .semicolon:
                try bindInherited(names: base, from: subject, in: set)
                advance()
                return
            default:
                throw unexpected()
            }
        }
    }

    /// Adds the inherited names above `base` on the name stack.
    private mutating func bindInherited(names base: Int, from subject: NodeIndex, in set: Int32) throws(SyntaxError) {
        let number = subject >= 0 ? pool.appendSubject(subject, to: set) : -1
        for index in base..<nameStack.count {
            let name = nameStack[index]
            let existing = pool.find(name.symbol, in: set)
            if existing >= 0 {
                throw duplicate([name.symbol], at: name.position, previous: pool.bindings[Int(existing)].position)
            }
            let position = Int(name.position)
            if subject >= 0 {
                tree.attributeNames.append(name)
                let names = Int32(truncatingIfNeeded: tree.attributeNames.count - 1)
                let value = add(.select, at: position, a: subject, b: names, c: 1)
                pool.append(
                    Binding(
                        kind: .inheritedFrom, symbol: name.symbol, value: value, from: number, position: name.position),
                    to: set)
            } else {
                let value = add(.variable, at: position, a: name.symbol.rawValue)
                pool.append(
                    Binding(kind: .inherited, symbol: name.symbol, value: value, position: name.position), to: set)
            }
        }
        nameStack.truncate(to: base)
    }

    // MARK: Merging

    /// Binds the path above `base` on the name stack, making or entering the sets on its way.
    private mutating func bind(
        names base: Int, to value: NodeIndex, position: UInt32, in outermost: Int32
    ) throws(SyntaxError) {
        var set = outermost
        let last = nameStack.count - 1
        for index in base..<last {
            let name = nameStack[index]
            if name.expression < 0 {
                let existing = pool.find(name.symbol, in: set)
                if existing >= 0 {
                    let inner = setIndex(of: pool.bindings[Int(existing)].value)
                    if inner < 0 {
                        throw duplicate(
                            nameStack.elements(from: base).prefix(index - base + 1).map(\.symbol), at: position,
                            previous: pool.bindings[Int(existing)].position)
                    }
                    set = inner
                    continue
                }
            }
            let inner = pool.makeSet()
            let node = add(.attributeSet, at: Int(position), a: inner)
            append(name, value: node, position: position, to: set)
            set = inner
        }
        let name = nameStack[last]
        let existing = name.expression < 0 ? pool.find(name.symbol, in: set) : -1
        if existing >= 0 {
            var path = nameStack.elements(from: base).map(\.symbol)
            try merge(value, position: position, into: existing, path: &path)
        } else {
            append(name, value: value, position: position, to: set)
            if name.expression < 0 { nameFunction(value, name.symbol) }
        }
        nameStack.truncate(to: base)
    }

    @inline(__always)
    private mutating func append(_ name: AttributeName, value: NodeIndex, position: UInt32, to set: Int32) {
        pool.append(
            Binding(
                kind: name.expression < 0 ? .plain : .dynamic, symbol: name.symbol, nameExpression: name.expression,
                value: value, position: position),
            to: set)
    }

    /// The pool index of a set that is still open for merging, or −1.
    @inline(__always)
    private func setIndex(of node: NodeIndex) -> Int32 {
        let node = tree.nodes.pointer(to: node)
        let kind = node.pointee.kind
        return kind == .attributeSet || kind == .recursiveAttributeSet ? node.pointee.a : -1
    }

    /// Moves what `value`, a set, holds into the set of an existing binding.
    ///
    /// As in Nix, a `rec` of `value` is lost, and one of the existing set applies to the newcomers.
    private mutating func merge(
        _ value: NodeIndex, position: UInt32, into binding: Int32, path: inout [Symbol]
    ) throws(SyntaxError) {
        let target = setIndex(of: pool.bindings[Int(binding)].value)
        let source = setIndex(of: value)
        guard target >= 0, source >= 0 else {
            throw duplicate(path, at: position, previous: pool.bindings[Int(binding)].position)
        }
        let shift = pool.sets[Int(target)].subjectCount
        let content = pool.empty(source)
        var index = content.firstStatic
        while index >= 0 {
            let next = pool.following[Int(index)]
            let moved = pool.bindings[Int(index)]
            if moved.kind == .inheritedFrom { pool.shiftSubject(of: index, by: shift) }
            let existing = pool.find(moved.symbol, in: target)
            if existing >= 0 {
                path.append(moved.symbol)
                try merge(moved.value, position: moved.position, into: existing, path: &path)
                path.removeLast()
            } else {
                pool.link(index, to: target)
            }
            index = next
        }
        index = content.firstDynamic
        while index >= 0 {
            let next = pool.following[Int(index)]
            pool.link(index, to: target)
            index = next
        }
        var subject = content.firstSubject
        while subject >= 0 {
            _ = pool.appendSubject(pool.subjects[Int(subject)], to: target)
            subject = pool.followingSubject[Int(subject)]
        }
    }

    /// Gives the functions of `name = a: b: …` the name that messages call them by.
    @inline(__always)
    private mutating func nameFunction(_ value: NodeIndex, _ symbol: Symbol) {
        var node = tree.nodes.pointer(to: value)
        while node.pointee.kind == .lambda {
            node.pointee.d = symbol.rawValue
            node = tree.nodes.pointer(to: node.pointee.c)
        }
    }

    private mutating func duplicate(_ path: [Symbol], at position: UInt32, previous: UInt32) -> SyntaxError {
        var text: [UInt8] = []
        for (index, symbol) in path.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ".")) }
            text.appendIdentifier(symbols.bytes(of: symbol))
        }
        let location = SourceLocation(file: tree.source, offset: previous)
        return error(
            "attribute '\(String(decoding: text, as: UTF8.self))' already defined at \(location.description)",
            at: Int(position))
    }
}
