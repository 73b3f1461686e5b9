import Glibc

/// Unpacks archives below a directory and nowhere else.
///
/// Paths are walked with `openat` and `O_NOFOLLOW` from a held descriptor, so a link inside the archive is never
/// followed; absolute paths, `..`, an entry that is there already, devices and bombs are errors. Files get mode 0444
/// or 0555, directories 0755; owners, times and other mode bits are not taken over.
package struct Unpacker: Sendable {
    private let policy: UnpackPolicy

    package init(policy: UnpackPolicy = UnpackPolicy()) {
        self.policy = policy
    }

    /// Unpacks a file into an existing directory.
    ///
    /// - Parameter name: what messages call the archive; its path when nil.
    package func unpack(_ archive: String, into directory: String, name: String? = nil) throws(FetchError)
        -> UnpackReport
    {
        let root: DirectoryTree
        do { root = try DirectoryTree(opening: directory) } catch { throw error.fetchError }
        return try unpack(archive, into: root, name: name ?? archive)
    }

    func unpack(_ archive: String, into root: DirectoryTree, name: String) throws(FetchError) -> UnpackReport {
        // libarchive converts names to the thread's character set: UTF-8 leaves bytes as they are.
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        let previous = locale.map { uselocale($0) }
        defer {
            if let previous { uselocale(previous) }
            if let locale { freelocale(locale) }
        }
        let reader = try ArchiveReader(opening: archive, name: name)
        var extraction = Extraction(
            reader: reader, root: root, name: name, policy: policy,
            maxBytes: policy.maxBytes ?? max(0, (FileAccess.freeBytes(root.root) ?? .max) - (1 << 30)))
        while let entry = try reader.next() { try extraction.add(entry) }
        guard extraction.entries > 0 else { throw FetchError(.unpack, "archive '\(name.printable)' is empty") }
        return extraction.report
    }
}

/// One run of unpacking.
private struct Extraction {
    let reader: ArchiveReader
    let root: DirectoryTree
    let name: String
    let policy: UnpackPolicy
    let maxBytes: Int64
    var entries = 0
    var report = UnpackReport()
    private var seenTop: Set<[UInt8]> = []

    init(reader: ArchiveReader, root: DirectoryTree, name: String, policy: UnpackPolicy, maxBytes: Int64) {
        self.reader = reader
        self.root = root
        self.name = name
        self.policy = policy
        self.maxBytes = maxBytes
    }

    private func refusal(_ path: [UInt8], _ reason: String) -> FetchError {
        let shown = String(decoding: path, as: UTF8.self).printable
        return FetchError(.unpack, "archive '\(name.printable)' has an entry '\(shown)', which is refused: \(reason)")
    }

    /// Splits a path of the archive; `.` and a final `/` are harmless, the rest is not.
    private func components(_ path: [UInt8]) throws(FetchError) -> [[UInt8]] {
        guard path.first != UInt8(ascii: "/") else { throw refusal(path, "it is absolute") }
        let components = path.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
        guard components.count <= policy.maxDepth else {
            throw refusal(path, "it is more than \(policy.maxDepth) levels deep")
        }
        for component in components {
            if component == [UInt8(ascii: "."), UInt8(ascii: ".")] { throw refusal(path, "it has a '..' component") }
            if component.count > 255 { throw refusal(path, "a component is longer than 255 bytes") }
        }
        return components
    }

    mutating func add(_ entry: ArchiveReader.Entry) throws(FetchError) {
        entries += 1
        guard entries <= policy.maxEntries else {
            throw FetchError(.unpack, "archive '\(name.printable)' has more than \(policy.maxEntries) entries")
        }
        report.newestTime = max(report.newestTime, entry.time)
        let path = try components(entry.path)
        guard let last = path.last else {
            // The archive's own root, as `./`.
            guard entry.kind == .directory else { throw refusal(entry.path, "it has no name") }
            return
        }
        if seenTop.insert(path[0]).inserted { report.topLevel.append(path[0]) }
        let parents = Array(path.dropLast())
        do {
            switch entry.kind {
            case .directory: _ = try root.directory(path)
            case .symbolicLink(let target):
                guard !target.isEmpty, target.count <= 4095 else {
                    throw refusal(entry.path, "its target is malformed")
                }
                try root.makeLink(path.joined(separator: [UInt8(ascii: "/")]), to: target)
            case .file(let isExecutable):
                let file = try root.createFile(parents, last)
                try write(entry, to: file)
                try setMode(file, isExecutable: isExecutable, entry)
                report.files += 1
            case .hardLink(let target):
                try copy(try components(target), to: try root.createFile(parents, last), entry)
                report.files += 1
            case .other: throw refusal(entry.path, "it is neither file, directory nor link")
            }
        } catch let error as FileAccess.Failure {
            let reason: String? =
                switch error.number {
                case EEXIST: "it is there already"
                case ELOOP, ENOTDIR: "its parent is not a directory"
                default: nil
                }
            throw reason.map { refusal(entry.path, $0) } ?? error.fetchError
        } catch let error as FetchError {
            throw error
        } catch {
            throw refusal(entry.path, "\(error)")
        }
    }

    private func setMode(
        _ file: Descriptor, isExecutable: Bool, _ entry: ArchiveReader.Entry
    ) throws(FileAccess.Failure) {
        try FileAccess.call("set the mode of", String(decoding: entry.path, as: UTF8.self)) {
            fchmod(file.number, isExecutable ? 0o555 : 0o444)
        }
    }

    private mutating func write(_ entry: ArchiveReader.Entry, to file: Descriptor) throws(FetchError) {
        var end: Int64 = 0
        var written: Int64 = 0
        try reader.forEachBlock { (block, offset) throws(FetchError) in
            let (blockEnd, overflow) = offset.addingReportingOverflow(Int64(block.count))
            guard !overflow, offset >= end else { throw refusal(entry.path, "its blocks are out of order") }
            try count(blockEnd - end)
            end = blockEnd
            written += Int64(block.count)
            if let number = FileAccess.writeAll(file.number, block, at: offset) {
                throw FileAccess.Failure(
                    number: number, action: "write", path: String(decoding: entry.path, as: UTF8.self)
                )
                .fetchError
            }
        }
        // A hole at the end leaves no block behind it.
        if written != end, ftruncate(file.number, off_t(end)) != 0 {
            throw FileAccess.Failure(number: errno, action: "truncate", path: name).fetchError
        }
    }

    /// Counts unpacked bytes against the limits.
    private mutating func count(_ bytes: Int64) throws(FetchError) {
        report.bytes += bytes
        guard report.bytes <= maxBytes else {
            throw FetchError(.unpack, "archive '\(name.printable)' unpacks to more than \(maxBytes) bytes, the limit")
        }
        guard report.bytes > policy.ratioFloor else { return }
        guard report.bytes / max(1, reader.consumedBytes) <= policy.maxRatio else {
            throw FetchError(
                .unpack, "archive '\(name.printable)' unpacks to more than \(policy.maxRatio) times its size")
        }
    }

    /// Copies an earlier file of the archive, which a hard link names.
    private mutating func copy(
        _ target: [[UInt8]], to file: Descriptor, _ entry: ArchiveReader.Entry
    ) throws {
        guard let last = target.last else { throw refusal(entry.path, "its target has no name") }
        var current = root.root
        for component in target.dropLast() {
            let parent = current
            let text = component.map { CChar(bitPattern: $0) } + [0]
            current = Descriptor(
                try FileAccess.call("enter directory", String(decoding: component, as: UTF8.self)) {
                    openat(parent.number, text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                })
        }
        let text = last.map { CChar(bitPattern: $0) } + [0]
        let source = Descriptor(
            try FileAccess.call("open", String(decoding: last, as: UTF8.self)) {
                openat(current.number, text, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            })
        let status = try FileAccess.status(source)
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal(entry.path, "its target is not a file") }
        try count(Int64(status.st_size))
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var position: Int64 = 0
        while true {
            let count = try FileAccess.call("read", "link target") { read(source.number, &buffer, buffer.count) }
            if count == 0 { break }
            let problem = buffer.withUnsafeBytes {
                FileAccess.writeAll(file.number, UnsafeRawBufferPointer(rebasing: $0[..<count]), at: position)
            }
            if let problem { throw FileAccess.Failure(number: problem, action: "write", path: "link") }
            position += Int64(count)
        }
        try setMode(file, isExecutable: status.st_mode & 0o100 != 0, entry)
    }
}
