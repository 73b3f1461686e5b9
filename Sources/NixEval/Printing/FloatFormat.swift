#if canImport(Glibc)
    import Glibc
#endif

/// Floats as the C library's formats print them.
enum FloatFormat {
    /// `%g`: six significant digits, as `nix eval` and `nix-instantiate` print floats.
    static func general(_ value: Double) -> String { format("%g", value) }

    /// `%f`: six decimals, as `toString` gives them.
    static func fixed(_ value: Double) -> String { format("%f", value) }

    static func format(_ format: String, _ value: Double) -> String {
        // The longest `%f` of a double has 309 digits before the point.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
            let count = withVaList([value]) { vsnprintf(buffer.baseAddress, buffer.count, format, $0) }
            return String(
                decoding: buffer[..<Int(max(count, 0))].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
