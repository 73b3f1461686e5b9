/// What an archive may cost before it counts as a bomb.
package struct UnpackPolicy: Sendable {
    /// Entries.
    package var maxEntries = 10_000_000
    /// Bytes of all files together; nil leaves a gibibyte of the file system free.
    package var maxBytes: Int64?
    /// Unpacked bytes per archive byte, once more than `ratioFloor` bytes are unpacked.
    package var maxRatio: Int64 = 1000
    package var ratioFloor: Int64 = 256 << 20
    /// Directory levels, as in a NAR.
    package var maxDepth = 64

    package init() {}
}

/// What was unpacked.
package struct UnpackReport: Sendable, Equatable {
    /// Regular files, hard links counted as files.
    package var files = 0
    /// Bytes of all files.
    package var bytes: Int64 = 0
    /// The names at the top, in order of appearance.
    package var topLevel: [[UInt8]] = []
    /// When the newest entry was last changed, in seconds since 1970.
    package var newestTime: Int64 = 0
}
