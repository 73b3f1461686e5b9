import Glibc

/// Removes folders of this module's own making.
enum FolderRemoval {
    /// Removes a folder and everything below it; links are not followed, and what cannot be removed stays.
    static func remove(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, !name.isEmpty else { return }
        let parent = open(parts.dropLast().joined(separator: "/") + "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { return }
        let descriptor = Descriptor(parent)
        remove(String(name).utf8.map { CChar(bitPattern: $0) } + [0], in: descriptor, depth: 0)
    }

    private static func remove(_ name: [CChar], in parent: Descriptor, depth: Int) {
        if unlinkat(parent.number, name, 0) == 0 || depth > 256 { return }
        let number = openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return }
        _ = fchmod(number, 0o700)
        guard let stream = fdopendir(number) else {
            close(number)
            return
        }
        let folder = Descriptor(dup(number))
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }) + [0]
            }
            if name != [0x2E, 0], name != [0x2E, 0x2E, 0] { names.append(name) }
        }
        closedir(stream)
        for name in names { remove(name, in: folder, depth: depth + 1) }
        unlinkat(parent.number, name, AT_REMOVEDIR)
    }
}
