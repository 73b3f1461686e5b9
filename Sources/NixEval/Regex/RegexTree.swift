/// A regular expression as a tree, its nodes in one array.
struct RegexTree {
    enum Node {
        case empty
        case set(ByteSet)
        case lineBegin, lineEnd
        case group(number: Int, body: Int)
        case sequence([Int])
        case alternatives([Int])
        /// `maximum` nil: any number of times.
        case repetition(body: Int, minimum: Int, maximum: Int?)
    }

    private(set) var nodes: [Node] = []
    /// Whether the node can match the empty string, by node.
    private(set) var isNullable: [Bool] = []
    private(set) var groupCount = 0
    private(set) var root = 0

    private var scanner: RegexScanner
    /// States that the C++ library makes, all in all and by node; it refuses more than `stateLimit`.
    private var stateCount = 2
    private var sizes: [Int] = []
    private static let stateLimit = 100_000

    init(_ pattern: [UInt8]) throws(RegexError) {
        scanner = try RegexScanner(pattern)
        root = try parseAlternatives()
        guard scanner.token == .end else { throw .invalid }
        try count(2)
    }

    private mutating func count(_ states: Int) throws(RegexError) {
        stateCount += states
        if stateCount > RegexTree.stateLimit + 1 { throw .tooLarge }
    }

    private mutating func add(_ node: Node, size: Int, isNullable nullable: Bool) -> Int {
        nodes.append(node)
        sizes.append(size)
        isNullable.append(nullable)
        return nodes.count - 1
    }

    private mutating func parseAlternatives() throws(RegexError) -> Int {
        var alternatives = [try parseSequence()]
        while try scanner.take(.or) {
            alternatives.append(try parseSequence())
            try count(2)
        }
        if alternatives.count == 1 { return alternatives[0] }
        let size = alternatives.reduce(2 * (alternatives.count - 1)) { $0 + sizes[$1] }
        let nullable = alternatives.contains { isNullable[$0] }
        return add(.alternatives(alternatives), size: size, isNullable: nullable)
    }

    private mutating func parseSequence() throws(RegexError) -> Int {
        var terms: [Int] = []
        while let term = try parseTerm() { terms.append(term) }
        try count(1)
        if terms.isEmpty { return add(.empty, size: 1, isNullable: true) }
        let size = terms.reduce(1) { $0 + sizes[$1] }
        let nullable = terms.allSatisfy { isNullable[$0] }
        return add(.sequence(terms), size: size, isNullable: nullable)
    }

    private mutating func parseTerm() throws(RegexError) -> Int? {
        if try scanner.take(.lineBegin) {
            try count(1)
            return add(.lineBegin, size: 1, isNullable: true)
        }
        if try scanner.take(.lineEnd) {
            try count(1)
            return add(.lineEnd, size: 1, isNullable: true)
        }
        guard var term = try parseAtom() else { return nil }
        while let repeated = try parseQuantifier(of: term) { term = repeated }
        return term
    }

    private mutating func parseAtom() throws(RegexError) -> Int? {
        let set: ByteSet
        switch scanner.token {
        case .any:
            try scanner.advance()
            set = .any
        case .character(let byte):
            try scanner.advance()
            set = ByteSet([byte])
        case .bracketBegin(let isNegated):
            try scanner.advance()
            set = try BracketExpression.parse(&scanner, isNegated: isNegated)
        case .groupBegin:
            try scanner.advance()
            try count(1)
            groupCount += 1
            let number = groupCount
            let body = try parseAlternatives()
            guard try scanner.take(.groupEnd) else { throw .invalid }
            try count(1)
            return add(.group(number: number, body: body), size: sizes[body] + 2, isNullable: isNullable[body])
        default: return nil
        }
        try count(1)
        return add(.set(set), size: 1, isNullable: false)
    }

    private mutating func parseQuantifier(of body: Int) throws(RegexError) -> Int? {
        let size = sizes[body]
        switch scanner.token {
        case .zeroOrMore: return try add(body, 0, nil, size: size + 1, states: 1)
        case .oneOrMore: return try add(body, 1, nil, size: size + 1, states: 1)
        case .optional: return try add(body, 0, 1, size: size + 2, states: 2)
        case .intervalBegin: try scanner.advance()
        default: return nil
        }
        guard let minimum = try scanner.takeNumber() else { throw .invalid }
        var maximum: Int? = minimum
        if try scanner.take(.comma) { maximum = try scanner.takeNumber() }
        guard scanner.token == .intervalEnd else { throw .invalid }
        let (copies, isTooBig) = minimum.multipliedReportingOverflow(by: size)
        if isTooBig { throw .tooLarge }
        try count(1 + copies)
        guard let maximum else {
            return try add(body, minimum, nil, size: copies + size + 2, states: size + 1)
        }
        guard maximum >= minimum else { throw .invalid }
        let (optionals, isMore) = (maximum - minimum).multipliedReportingOverflow(by: size + 1)
        if isMore { throw .tooLarge }
        return try add(body, minimum, maximum, size: copies + optionals + 2, states: optionals + 1)
    }

    /// Takes the last token of a quantifier.
    private mutating func add(
        _ body: Int, _ minimum: Int, _ maximum: Int?, size: Int, states: Int
    ) throws(RegexError) -> Int {
        try count(states)
        try scanner.advance()
        let node = merged(body, minimum, maximum)
        return add(node, size: size, isNullable: minimum == 0 || isNullable[body])
    }

    /// The repetition of a body; one repetition where the body is one too and its own cannot be empty, so that `x****` does
    /// not take a time that doubles with every `*`.
    private func merged(_ body: Int, _ minimum: Int, _ maximum: Int?) -> Node {
        func isSimple(_ minimum: Int, _ maximum: Int?) -> Bool { minimum <= 1 && (maximum == nil || maximum == 1) }
        guard case .repetition(let inner, let least, let most) = nodes[body], !isNullable[inner],
            isSimple(minimum, maximum), isSimple(least, most)
        else { return .repetition(body: body, minimum: minimum, maximum: maximum) }
        return .repetition(body: inner, minimum: minimum * least, maximum: maximum == nil ? nil : most)
    }
}
