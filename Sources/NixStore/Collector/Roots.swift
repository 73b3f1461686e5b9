import Glibc
package import NixFormats

/// Where a root comes from, and the path that it keeps.
package struct StoreRoot: Hashable, Sendable {
    package let path: StorePath
    /// The link, a process (`/proc/1/exe`) or `{temp:<pid>}`.
    package let origin: ByteString
}

extension LocalStore {
    private var rootsDirectory: RealPath { layout.stateDirectory.appending("gcroots") }

    /// Makes `link` lead to the real place of `path` and keeps `path` as long as it does (`result`).
    ///
    /// `gcroots/auto` holds a link to `link`. Where the store's real folder is not its logical one, real Nix does not take such a
    /// link for a root, so a direct root in `gcroots/nixlite` stands beside it until a collection finds `link` gone.
    /// Throws ``StoreError`` of kind `inUse` where `link` is something else than a link into this store or another one.
    package func addRoot(_ link: RealPath, to path: StorePath) throws(StoreError) {
        try requireWritable()
        let link = link.normalised(relativeTo: try FileSystem.workingDirectory())
        guard !link.isInside(layout.realStoreDirectory) else {
            throw StoreError(
                .unsupportedFile,
                "creating a garbage collector root ('\(link)') in the Nix store is forbidden (are you running nix-build inside the store?)"
            )
        }
        try addTemporaryRoots([path])
        if let status = try FileSystem.statusIfPresent(link) {
            guard status.isLink, try isStoreLink(FileSystem.linkTarget(link)) else {
                throw StoreError(.inUse, "cannot create symlink \"\(link)\"; already exists")
            }
        }
        try FileSystem.createDirectories(link.parent)
        let name = Self.rootName(link)
        if layout.realStoreDirectory.bytes != layout.storeDirectory.path.bytes {
            try FileSystem.createDirectories(rootsDirectory.appending("nixlite"))
            try FileSystem.replaceWithLink(
                rootsDirectory.appending("nixlite").appending(name), target: layout.storeDirectory.print(path).bytes)
        }
        try FileSystem.replaceWithLink(link, target: realPath(path).bytes)
        try addIndirectRoot(link)
    }

    /// Makes whatever store path the link at `link` leads to a root, from now on and as long as the link is there.
    package func addIndirectRoot(_ link: RealPath) throws(StoreError) {
        let folder = rootsDirectory.appending("auto")
        try FileSystem.createDirectories(folder)
        try FileSystem.replaceWithLink(folder.appending(Self.rootName(link)), target: link.bytes)
    }

    /// Nix's name for the root of a link: the SHA-1 of its path.
    private static func rootName(_ link: RealPath) -> [UInt8] { Digester.hash(.sha1, link.bytes).nix32.bytes }

    /// Every root that is valid: links, profiles, temporary roots and what processes have open.
    package func roots() throws(StoreError) -> [StoreRoot] {
        var roots: [StoreRoot] = []
        try collectLinks(rootsDirectory, &roots)
        try collectLinks(layout.stateDirectory.appending("profiles"), &roots)
        let inUse = try RuntimeRoots.find(
            storeDirectories: [RealPath(layout.storeDirectory.path.bytes), layout.realStoreDirectory])
        for (baseName, origin) in inUse {
            if let path = try? StorePath(baseName: ByteString(baseName)) {
                roots.append(StoreRoot(path: path, origin: origin))
            }
        }
        let valid = try validPaths(among: Set(roots.map(\.path)))
        return try roots.filter { valid.contains($0.path) } + temporaryRootsOfAll()
    }

    /// The store path that the target of a link, logical or real, lies in.
    private func rootTarget(_ target: [UInt8]) throws(StoreError) -> StorePath? {
        let text = layout.logicalPath(real: RealPath(target)) ?? ByteString(target)
        return try? layout.storeDirectory.parsePrefix(text).path
    }

    /// Whether the target of a link lies in this store, or is an object of a store elsewhere: a project may change its store.
    private func isStoreLink(_ target: [UInt8]) -> Bool {
        if (try? rootTarget(target)) ?? nil != nil { return true }
        let object = RealPath(target)
        return object.parent.lastComponent == Array("store".utf8)
            && (try? StorePath(baseName: ByteString(object.lastComponent))) != nil
    }

    private func collectLinks(_ path: RealPath, _ roots: inout [StoreRoot]) throws(StoreError) {
        guard let status = try FileSystem.statusIfPresent(path) else { return }
        if status.isDirectory {
            for name in try Descriptor.open(path, O_RDONLY | O_DIRECTORY).sortedEntryNames(path: path) {
                try collectLinks(path.appending(name), &roots)
            }
        } else if status.isRegular {
            if let found = try? StorePath(baseName: ByteString(path.lastComponent)) {
                roots.append(StoreRoot(path: found, origin: ByteString(path.bytes)))
            }
        } else if status.isLink {
            try collectLink(path, &roots)
        }
    }

    private func collectLink(_ path: RealPath, _ roots: inout [StoreRoot]) throws(StoreError) {
        let target = try FileSystem.linkTarget(path)
        if let found = try rootTarget(target) {
            guard path.parent != rootsDirectory.appending("nixlite") || isBacked(path) else {
                return try FileSystem.removeFile(path)
            }
            roots.append(StoreRoot(path: found, origin: ByteString(path.bytes)))
            return
        }
        let link = RealPath(target).normalised(relativeTo: path.parent)
        guard let status = try FileSystem.statusIfPresent(link) else {
            if path.isInside(rootsDirectory.appending("auto")) { try FileSystem.removeFile(path) }
            return
        }
        guard status.isLink, let found = try rootTarget(FileSystem.linkTarget(link)) else { return }
        roots.append(StoreRoot(path: found, origin: ByteString(link.bytes)))
    }

    /// Whether a root of `gcroots/nixlite` still has the user's link that it stands for.
    private func isBacked(_ path: RealPath) -> Bool {
        guard let link = try? FileSystem.linkTarget(rootsDirectory.appending("auto").appending(path.lastComponent)),
            let target = try? FileSystem.linkTarget(RealPath(link)), let own = try? FileSystem.linkTarget(path)
        else { return false }
        return (try? rootTarget(target)) == (try? rootTarget(own))
    }

    /// The temporary roots of every living process; files of dead ones are removed.
    func temporaryRootsOfAll() throws(StoreError) -> [StoreRoot] {
        let folder = layout.stateDirectory.appending("temproots")
        var roots: [StoreRoot] = []
        for name in try Descriptor.open(folder, O_RDONLY | O_DIRECTORY).sortedEntryNames(path: folder)
        where name.first != UInt8(ascii: ".") {
            let path = folder.appending(name)
            guard try FileSystem.exists(path) else { continue }
            let file = FileLock(descriptor: try Descriptor.open(path, O_RDWR), path: path)
            if try file.tryAcquire(.exclusive) {
                try file.markDeleted()
                continue
            }
            for root in try file.descriptor.readAll(path: path).split(separator: 0) {
                guard let found = try? layout.storeDirectory.parse(ByteString(root)) else { continue }
                roots.append(
                    StoreRoot(path: found, origin: ByteString("{temp:\(String(decoding: name, as: UTF8.self))}")))
            }
        }
        return roots
    }
}
