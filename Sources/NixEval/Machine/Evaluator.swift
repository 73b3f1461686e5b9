import Glibc
package import NixFormats
package import NixSyntax

/// An evaluator: heap, code, symbols, imported files.
///
/// Owns everything that a `Machine` points to.
///
/// All calls that evaluate must come from the thread that `enter()` was called on (normally one of `EvaluationThread`).
/// A `Value` that is kept between calls in anything but a local variable must be held by a `ValueRoot`.
package final class Evaluator {
    package let host: any EvaluationHost
    package let options: EvaluationOptions
    package let symbols = SymbolTable()
    let positions = PositionTable()
    let arena = CodeArena()
    let scopes = ScopeTable()
    let contexts = ContextTable()
    let heap: Heap
    let roots: RootTable
    let machine: Machine
    var sharedShapes = SharedShapes()
    /// Names of the global scope and the root cells of their values.
    var globals = GlobalTable()
    /// The set `builtins`, rooted.
    private(set) var builtinsValue: Value
    /// Variables of the program's own files only.
    var bundledVariables = GlobalTable()
    /// Root cells of imported files' values, by resolved path.
    var imported: [ByteString: Words] = [:]
    /// Resolved paths of files and folders as they were imported.
    var importTargets: [ByteString: [UInt8]] = [:]
    /// Elements of search paths that were not there, which is told once.
    var missingSearchPathElements: Set<[UInt8]> = []
    /// Store copies by path.
    private var storeCopies: [ByteString: StorePath] = [:]
    /// What is told of every call.
    var observer: (any CallObserver)?
    /// Hashes modulo of the derivations met so far.
    var derivationHasher: DerivationHasher
    /// Evaluates the flake at a reference, for `builtins.getFlake`; nil where flakes cannot be read.
    package var flakes: ((InputReference) throws(EvaluationError) -> Value)?
    /// Compiled regular expressions by pattern.
    var regexes = RegexCache()
    /// Errors that thunks throw again, with the frames that they got on their first way out.
    private var keptErrors: [EvaluationError] = []
    private var keptSources: [SourceFile] = []
    private var nameStrings: UnsafeMutableBufferPointer<UInt>
    private let storage: UnsafeMutableRawPointer
    private let builtinCount: Int

    package init(host: any EvaluationHost, options: EvaluationOptions) {
        self.host = host
        self.options = options
        derivationHasher = DerivationHasher(store: host.storeDirectory)
        storage = .allocate(
            byteCount: Machine.stateOffset + MemoryLayout<MachineState>.stride, alignment: 64)
        let spans = storage.bindMemory(to: Span.self, capacity: 2 * Heap.groupSpans)
        spans.initialize(repeating: Span(cursor: 0, limit: 0), count: 2 * Heap.groupSpans)
        heap = Heap(
            spans: spans, initialThreshold: options.heapThreshold, maximumBytes: options.maximumHeap,
            stressInterval: options.collectorStress)
        roots = RootTable(heap: heap)
        machine = Machine(base: storage)
        nameStrings = .allocate(capacity: 0)
        let table = BuiltinTable.all()
        builtinCount = table.count
        builtinsValue = .null
        let builtins = UnsafeMutablePointer<Builtin>.allocate(capacity: table.count)
        builtins.initialize(from: table, count: table.count)
        let emptyEnvironment = arena.allocate(UInt.self, count: 1)
        emptyEnvironment[0] = 0
        let byteStrings = arena.allocate(UInt.self, count: 256)
        for byte in 0..<256 { byteStrings[byte] = arena.string([UInt8(byte)]).bits }
        let interrupt = arena.allocate(Int32.self, count: 1)
        interrupt.pointee = 0
        let emptyList = arena.allocate(UInt.self, count: 1)
        emptyList[0] = Tag.integer.rawValue
        let emptyShape = arena.allocate(UInt.self, count: Shape.headerWords)
        for index in 0..<Shape.headerWords { emptyShape[index] = 0 }
        emptyShape[0] = 1
        emptyShape[1] = 1
        // The caches of this shape, which lies outside the heap, are roots of their own.
        heap.registerRoots(emptyShape, count: Shape.headerWords)
        let layerShape = arena.allocate(UInt.self, count: Shape.headerWords)
        for index in 0..<Shape.headerWords { layerShape[index] = 0 }
        layerShape[0] = 1
        layerShape[1] = 16 | 1
        let emptyAttributes = arena.allocate(UInt.self, count: 1)
        emptyAttributes[0] = UInt(bitPattern: emptyShape)
        // Fresh pages, which are zero: only those that are used are ever there.
        let knownNames = calloc(KnownName.count, MemoryLayout<KnownName>.stride)!
            .bindMemory(to: KnownName.self, capacity: KnownName.count)
        func applyNode(_ count: Int32) -> NodePointer { arena.add(Node(opcode: .apply, operand: count), 0) }
        (storage + Machine.stateOffset).bindMemory(to: MachineState.self, capacity: 1).initialize(
            to: MachineState(
                evaluator: Unmanaged.passUnretained(self), heap: Unmanaged.passUnretained(heap), callDepth: 0,
                maximumCallDepth: options.maximumCallDepth, callDepthLimit: options.refusedCallDepth,
                stackLimit: 0, showsTrace: options.showsTrace,
                isEager: !options.isExactlyLazy,
                known: KnownSymbols(symbols), emptyList: Value(.list, emptyList),
                emptyAttributes: Value(.attributes, emptyAttributes), layerShape: Shape(words: layerShape),
                alwaysLayers: options.collectorStress > 0, emptyString: arena.string([]),
                byteStrings: byteStrings, emptyEnvironment: emptyEnvironment, builtins: builtins, kept: 0,
                knownNames: knownNames, interruptFlag: interrupt, applyNodes: (applyNode(1), applyNode(2), applyNode(3))
            ))
        heap.willCollect = { [unowned self] in
            arena.clearCaches()
            memset(knownNames, 0, KnownName.count * MemoryLayout<KnownName>.stride)
            sharedShapes.removeAll()
        }
    }

    deinit {
        machine.state.pointee.builtins.deinitialize(count: builtinCount)
        machine.state.pointee.builtins.deallocate()
        free(machine.state.pointee.knownNames)
        machine.state.deinitialize(count: 1)
        arena.free()
        scopes.free()
        nameStrings.deallocate()
        storage.deallocate()
    }

    /// Tells the evaluator that the calling thread is the one that evaluates.
    ///
    /// Must be called first, once.
    package func enter() throws(EvaluationError) {
        let bounds = EvaluationThread.bounds()
        heap.stackBase = bounds.high
        // What is left below the limit must suffice for the collector, the host and error reports.
        machine.state.pointee.stackLimit = bounds.low + min(UInt(1 << 20), (bounds.high - bounds.low) / 4)
        builtinsValue = try BuiltinTable.install(in: self)
    }

    /// Asks the evaluation to stop soon; may be called from any thread or signal handler.
    package var interruptFlag: UnsafeMutablePointer<Int32> { machine.state.pointee.interruptFlag }

    /// The builtins, by their index.
    var builtins: UnsafeBufferPointer<Builtin> {
        UnsafeBufferPointer(start: machine.state.pointee.builtins, count: builtinCount)
    }

    /// What the collector did: runs, nanoseconds, bytes of blocks at the peak.
    package var collectorStatistics: (runs: Int, nanoseconds: UInt64, peakBytes: Int) {
        (heap.collections, heap.collectorNanoseconds, heap.peakBlocks * Heap.blockBytes)
    }

    // MARK: Sources

    /// Parses and resolves a text, and evaluates it to weak head normal form.
    package func evaluate(_ source: SourceFile) throws(EvaluationError) -> Value {
        let code = try compile(source)
        return try machine.run(code, machine.state.pointee.emptyEnvironment)
    }

    /// A thunk of a text that is parsed now.
    package func delayed(_ source: SourceFile) throws(EvaluationError) -> Value {
        try machine.thunk(try compile(source), machine.state.pointee.emptyEnvironment)
    }

    /// The code of a text.
    ///
    /// - Parameters:
    ///   - scope: names of the words of the environment that it will run in.
    ///   - isBindings: whether the text is what stands between the braces of a set.
    func compile(
        _ source: SourceFile, scope: [Symbol] = [], isBindings: Bool = false
    ) throws(EvaluationError) -> NodePointer {
        try resolve(try parse(source, isBindings: isBindings), source, scope)
    }

    /// Forgets which files were read, so that they are read again.
    package func forgetFiles() {
        imported.removeAll()
        importTargets.removeAll()
        storeCopies.removeAll()
    }

    /// The parse tree of a text as `nix-instantiate --parse` prints it.
    ///
    /// Its variables are looked up, too.
    package func printParseTree(_ source: SourceFile) throws(EvaluationError) -> [UInt8] {
        let tree = try parse(source)
        _ = try resolve(tree, source, [])
        return printExpression(tree, tree.root)
    }

    func parse(
        _ source: SourceFile, isBindings: Bool = false, keepsDocumentation: Bool = false
    ) throws(EvaluationError) -> SyntaxTree {
        var parsing = ParseOptions(
            features: options.features, isPure: options.isPure, maximumDepth: Evaluator.maximumNesting)
        parsing.takesBindings = isBindings
        // The program's own texts are nobody's to correct, and documentation is read from texts that were parsed before.
        if !keepsDocumentation, !isBundled(source) { parsing.lints = options.lints }
        parsing.keepsDocumentation = keepsDocumentation
        do {
            let tree = try Parser.parse(source: source, symbols: symbols, options: parsing)
            report(tree.warnings)
            return tree
        } catch {
            report(error.warnings)
            throw EvaluationError(.syntax, Array(error.message.utf8), location: error.location)
        }
    }

    private func isBundled(_ source: SourceFile) -> Bool {
        guard case .file(let path) = source.origin else { return false }
        return path.hasPrefix(Evaluator.bundledRoot)
    }

    private func report(_ warnings: [SyntaxWarning]) {
        for warning in warnings { host.report(warning.report) }
    }

    private func resolve(
        _ tree: SyntaxTree, _ source: SourceFile, _ scope: [Symbol]
    ) throws(EvaluationError) -> NodePointer {
        guard let base = positions.add(source) else {
            throw EvaluationError(.other, "more than 4 GiB of source text")
        }
        var resolver = Resolver(tree: tree, evaluator: self, base: base)
        return try resolver.resolveFile(scope: scope)
    }

    /// Remembers a source that a thunk will run.
    func keepSource(_ source: SourceFile) -> Int {
        keptSources.append(source)
        return keptSources.count - 1
    }

    func code(ofSource index: Int) throws(EvaluationError) -> NodePointer { try compile(keptSources[index]) }

    /// Deep enough for any text that the evaluation thread's stack can take, as measured on nested brackets.
    static let maximumNesting = 1_000_000

    func printExpression(_ tree: SyntaxTree, _ node: NodeIndex) -> [UInt8] {
        ASTPrinter.print(tree, from: node, symbols: symbols, homeDirectory: homeDirectory)
    }

    var homeDirectory: String {
        String(decoding: host.environmentVariable(Array("HOME".utf8)) ?? [], as: UTF8.self)
    }

    // MARK: Odds and ends that the machine asks for

    /// The expression of an attribute name that is interpolated at a position; read from the source once more, because only
    /// few errors ask for it.
    func expressionText(ofName position: UInt32) -> String {
        let parsing = ParseOptions(features: options.features, maximumDepth: Evaluator.maximumNesting)
        guard let place = positions.location(position),
            let tree = try? Parser.parse(source: place.file, symbols: symbols, options: parsing),
            let name = tree.attributeNames.first(where: { $0.position == place.offset && $0.symbol == .none })
        else { return "..." }
        return String(decoding: printExpression(tree, name.expression), as: UTF8.self)
    }

    /// The string of a symbol's name, made once and kept.
    func nameString(_ symbol: Symbol) -> Value {
        let index = Int(symbol.rawValue)
        if index >= nameStrings.count { growNameStrings(index) }
        if nameStrings[index] == 0 { nameStrings[index] = arena.string(symbols.bytes(of: symbol)).bits }
        return Value(bits: nameStrings[index])
    }

    private func growNameStrings(_ index: Int) {
        let larger = UnsafeMutableBufferPointer<UInt>.allocate(capacity: max(1024, index * 2))
        larger.initialize(repeating: 0)
        for old in nameStrings.indices { larger[old] = nameStrings[old] }
        nameStrings.deallocate()
        nameStrings = larger
    }

    /// A thunk that throws `error` when forced.
    func keep(_ error: EvaluationError) throws(EvaluationError) -> Value {
        try machine.thunk(rethrowing(error), machine.state.pointee.emptyEnvironment)
    }

    /// Code that throws an error that has just been met once more; nil for one that evaluating again may not meet.
    func remember(_ error: EvaluationError) -> NodePointer? {
        error.kind == .interrupted ? nil : rethrowing(error)
    }

    private func rethrowing(_ error: EvaluationError) -> NodePointer {
        keptErrors.append(error)
        return arena.add(Node(opcode: .rethrow, a: UInt(keptErrors.count - 1)), 0)
    }

    func takeKeptError(_ index: Int) -> EvaluationError { keptErrors[index].copy() }

    /// `a.b.c`, the whole path that the selection `node` is part of: its nodes lie one after another.
    func selectionText(_ node: NodePointer) -> String {
        var last = node
        while last.pointee.flags & 1 != 0 { last = last.pointee.nodeA }
        var text = printed(Symbol(rawValue: last.pointee.operand))
        while let next = arena.following(last), next.pointee.opcode == .select, next.pointee.flags & 1 != 0,
            next.pointee.nodeA == last
        {
            text += "." + printed(Symbol(rawValue: next.pointee.operand))
            last = next
        }
        return text
    }

    /// Throws where an experimental feature is not on.
    func require(feature: String) throws(EvaluationError) {
        guard !options.experimentalFeatures.contains(feature) else { return }
        throw EvaluationError(
            .other,
            "experimental Nix feature '\(feature)' is disabled; add '--extra-experimental-features \(feature)' to enable it"
        )
    }

    func copyToStore(_ path: [UInt8]) throws(EvaluationError) -> StorePath {
        if let known = storeCopies[ByteString(path)] { return known }
        do {
            let name = path.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
            let stored = try host.addPath(path, name: name, method: .recursive, filter: nil, expected: nil)
            storeCopies[ByteString(path)] = stored
            return stored
        } catch { throw EvaluationError(error) }
    }

    /// `file:line:column`, or Nix's word for no place.
    package func describe(_ position: UInt32) -> String {
        positions.location(position)?.description ?? "«none»"
    }

    /// Whether a position lies in the program's own `derivation`, which frames do not point to.
    func isInternal(_ position: UInt32) -> Bool {
        positions.location(position)?.file === Builtins.derivationSource
    }

    func describe(_ element: ContextElement) -> String {
        let store = host.storeDirectory
        return switch element {
        case .path(let path): store.print(path).description
        case .derivationDeep(let path): "\(store.print(path)) (deep)"
        case .output(let derivation, let name): "\(store.print(derivation))^\(name)"
        case .nested(let output): "\(store.print(output.derivation))\(output.printedWay)"
        }
    }

    /// `{ column, file, line }` of a position, or null.
    func positionValue(_ position: UInt32) throws(EvaluationError) -> Value {
        guard let location = positions.location(position) else { return .null }
        guard case .file(let path) = location.file.origin else { return .null }
        let known = machine.known
        guard let (line, column) = positions.lineAndColumn(position) else { return .null }
        let file = try machine.string(path)
        return try machine.attributes(
            (known.file, file), (known.line, Value(smallInteger: line)), (known.column, Value(smallInteger: column)))
    }

    /// Whether errors are printed with all their frames, the calls among them.
    package var showsTrace: Bool {
        get { machine.state.pointee.showsTrace }
        set { machine.state.pointee.showsTrace = newValue }
    }

    /// The report of an error as Nix prints it, ended by a line break.
    package func render(_ error: EvaluationError) -> [UInt8] {
        ErrorRenderer.render(error, positions, showsTrace: showsTrace)
    }
}

extension EvaluationError {
    package convenience init(_ error: HostError) {
        self.init(.host, Array(error.message.utf8), buildExitCode: error.buildExitCode)
    }

    convenience init(_ error: FormatError) {
        self.init(error.isUsage ? .usage : .other, Array(error.message.utf8))
    }

    func copy() -> EvaluationError {
        let copy = EvaluationError(kind, message, at: position, location: location, buildExitCode: buildExitCode)
        copy.frames = frames
        copy.suggestions = suggestions
        return copy
    }
}

/// Keeps a value alive, and readable from anywhere, until it goes.
package final class ValueRoot {
    private let evaluator: Evaluator
    private let cell: Words

    package init(_ value: Value, _ evaluator: Evaluator) {
        self.evaluator = evaluator
        cell = evaluator.roots.add(value.bits)
    }

    deinit { cell.pointee = 0 }

    package var value: Value { Value(bits: cell.pointee) }
}
