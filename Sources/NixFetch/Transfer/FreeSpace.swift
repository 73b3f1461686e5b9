import Glibc

/// Room on file systems.
package enum FreeSpace {
    /// Bytes free to this user on an open file's file system; nil where it does not tell.
    package static func bytes(_ descriptor: Int32) -> Int64? {
        var statistics = statvfs()
        guard fstatvfs(descriptor, &statistics) == 0 else { return nil }
        let (bytes, overflow) = UInt64(statistics.f_bavail).multipliedReportingOverflow(by: UInt64(statistics.f_frsize))
        return overflow ? nil : Int64(clamping: bytes)
    }
}
