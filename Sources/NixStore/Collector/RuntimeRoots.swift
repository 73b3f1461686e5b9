import Glibc
import NixFormats

/// Store paths that running processes use: their programs, working folders, open files, mapped files and environment.
enum RuntimeRoots {
    /// The base names found below any of `storeDirectories`, each with where it was found.
    ///
    /// What other users' processes do is seen as far as the system lets this one look.
    static func find(storeDirectories: [RealPath]) throws(StoreError) -> [[UInt8]: ByteString] {
        var found: [[UInt8]: ByteString] = [:]
        let prefixes = Set(storeDirectories.map { $0.bytes + [UInt8(ascii: "/")] })
        guard let proc = try? Descriptor.open("/proc", O_RDONLY | O_DIRECTORY) else { return found }
        for name in try proc.entryNames(path: "/proc") where name.allSatisfy({ (48...57).contains($0) }) {
            let process = RealPath("/proc").appending(name)
            func note(_ bytes: [UInt8], _ origin: RealPath) {
                for prefix in prefixes {
                    for baseName in baseNames(in: bytes, after: prefix) where found[baseName] == nil {
                        found[baseName] = ByteString(origin.bytes)
                    }
                }
            }
            // A process may end at any moment, and others' may be closed to us: both are no error.
            for link in ["exe", "cwd"] {
                let path = process.appending(link)
                if let target = try? FileSystem.linkTarget(path) { note(target, path) }
            }
            let files = process.appending("fd")
            let names = (try? Descriptor.open(files, O_RDONLY | O_DIRECTORY).entryNames(path: files)) ?? []
            for file in names {
                let path = files.appending(file)
                if let target = try? FileSystem.linkTarget(path) { note(target, path) }
            }
            for file in ["maps", "environ"] {
                let path = process.appending(file)
                if let contents = try? FileSystem.readFile(path) { note(contents, path) }
            }
        }
        return found
    }

    /// Every `<hash part>-<name>` that follows `prefix` in `bytes`.
    private static func baseNames(in bytes: [UInt8], after prefix: [UInt8]) -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        var start = 0
        while start + prefix.count < bytes.count {
            guard let slash = bytes[start...].firstIndex(of: UInt8(ascii: "/")) else { break }
            start = slash + 1
            guard bytes[slash...].starts(with: prefix) else { continue }
            let rest = bytes[(slash + prefix.count)...]
            let name = rest.prefix { StorePathName.problem(in: [UInt8(ascii: "x"), $0]) == nil }
            if name.count > StorePath.hashPartCount { found.insert(Array(name)) }
        }
        return found
    }
}
