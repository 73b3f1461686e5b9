#if canImport(Glibc)
    import Glibc
#endif

/// What libFuzzer calls with every input; the target is named by the variable `FUZZ_TARGET`.
///
/// An interpreter is made once and never released.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    session.run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

/// libFuzzer runs on one thread, and gives its callback no place for what it needs.
private nonisolated(unsafe) let session = FuzzSession()

private final class FuzzSession {
    private let target: FuzzTarget
    private let interpreter = Interpreter()

    init() {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue))")
        }
        self.target = target
    }

    func run(_ bytes: [UInt8]) { target.run(bytes, interpreter) }
}
