import Glibc
import NixBuild

/// How much memory values may take.
///
/// Without a limit a runaway evaluation is ended by the kernel, or ends its neighbours; with one it ends in a message.
enum MemoryLimit {
    /// Bytes: what `GC_MAXIMUM_HEAP_SIZE` says (as to Nix's collector, with a `k`, `M` or `G` behind it), else three
    /// quarters of the machine's memory or of the control group's.
    static var heapBytes: Int {
        if let limit = EnvironmentVariable.value("GC_MAXIMUM_HEAP_SIZE").flatMap(parse) { return limit }
        let physical = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
        var bytes = physical.overflow || physical.partialValue <= 0 ? Int.max : physical.partialValue
        if let group = controlGroupBytes { bytes = min(bytes, group) }
        return bytes / 4 * 3
    }

    /// A number of bytes with an optional unit; nil for anything else and for zero.
    static func parse(_ text: String) -> Int? {
        let units: [Character: Int] = ["k": 10, "K": 10, "m": 20, "M": 20, "g": 30, "G": 30]
        let shift = text.last.flatMap { units[$0] }
        guard let number = Int(shift == nil ? text : String(text.dropLast())), number > 0 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        return overflow ? Int.max : bytes
    }

    /// What the second version of control groups allows this process.
    private static var controlGroupBytes: Int? {
        guard let text = try? SmallFile.read("/sys/fs/cgroup/memory.max") else { return nil }
        return Int(String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}

/// The machine's processors.
enum Processors {
    /// How many are there for this process.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
