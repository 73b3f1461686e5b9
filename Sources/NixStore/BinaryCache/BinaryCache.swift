import Glibc
package import NixFetch
package import NixFormats

/// Store objects behind a URL (`http`, `https`, `file`): a `.narinfo` file describes each and names its packed NAR.
///
/// Source: "HTTP Binary Cache Store" and "Local Binary Cache Store" in the Nix manual. Whether what a cache says is true is
/// ``ClosureCopy``'s business.
package struct BinaryCache: Sendable {
    /// The URL without user information, query, fragment and final slash, as messages show it.
    package let name: String
    let storeDirectory: StoreDirectory
    /// When it is asked among several: those with smaller numbers first.
    package let priority: Int
    /// Whether its word is enough for objects that nobody signed (`?trusted=true`).
    package let isTrusted: Bool
    private let base: String
    private let downloader: Downloader
    private let observer: any FetchObserver

    /// That of a cache which says nothing of it.
    private static let usualPriority = 0
    /// Bytes of a `.narinfo` with tens of thousands of references.
    private static let largestInfo = 4 << 20
    /// Bytes by which packing may make a NAR larger, besides an eighth of it.
    private static let packingAllowance: Int64 = 1 << 20
    /// Questions to the cache at once.
    private static let questionsAtOnce = 16
    /// Objects that one closure may have.
    private static let largestClosure = 1 << 20

    /// Reads what the cache says of itself.
    ///
    /// - Parameters:
    ///   - url: with parameters such as `?priority=10&trusted=true`.
    ///   - opening: how that first question is asked.
    /// - Throws: where there is none, or it is for another store folder.
    package init(
        _ url: String, storeDirectory: StoreDirectory, downloader: Downloader,
        opening: NetworkRequest = NetworkRequest(), observer: any FetchObserver = SilentObserver()
    ) async throws(StoreError) {
        let parameters = try BinaryCacheParameters(url)
        let base = url.prefix { $0 != "#" && $0 != "?" }.withoutFinalSlashes
        do {
            name = try URLReference(base).redacted.withoutFinalSlashes
        } catch {
            throw StoreError(.badReference, "cannot open the binary cache '\(base)': \(error)")
        }
        self.base = base
        self.storeDirectory = storeDirectory
        self.downloader = downloader
        self.observer = observer
        isTrusted = parameters.isTrusted
        let answer = try await Self.read(
            "nix-cache-info", of: base, name, downloader, limit: Self.largestInfo, opening, observer)
        guard let answer else {
            throw StoreError(.badReference, "'\(name)' does not appear to be a binary cache")
        }
        let information = BinaryCacheInfo(parsing: ByteString(answer))
        priority = parameters.priority ?? information.priority ?? Self.usualPriority
        let theirs = information.storeDirectory ?? storeDirectory.path
        guard theirs == storeDirectory.path else {
            throw StoreError(
                .badReference,
                "binary cache '\(name)' is for Nix stores with prefix '\(theirs)', not '\(storeDirectory.path)'")
        }
    }

    /// The whole of a small file of a cache, nil where it has none.
    ///
    /// A cache that refuses has none: what keeps its files in a bucket says so of those that are missing.
    private static func read(
        _ file: String, of base: String, _ name: String, _ downloader: Downloader, limit: Int,
        _ network: NetworkRequest,
        _ observer: any FetchObserver
    ) async throws(StoreError) -> [UInt8]? {
        do throws(FetchError) {
            return try await downloader.readURL("\(base)/\(file)", limit: limit, network: network, observer: observer)
        } catch {
            switch error.kind {
            case .notFound, .unauthorized, .file(ENOENT), .file(ENOTDIR): return nil
            default:
                let (url, place) = ("\(name)/\(file)", " while fetching '\(name)/\(file)'")
                let reason = error.message.hasSuffix(place) ? error.message.dropLast(place.count) : error.message[...]
                throw StoreError(.download, "unable to download '\(url)': \(reason)")
            }
        }
    }

    // MARK: What the cache knows

    /// What the cache knows of an object.
    ///
    /// - Throws: of kind `notValid` where it does not have the object, whole name and all.
    package func info(_ path: StorePath) async throws(StoreError) -> NARInfo {
        let file = "\(String(decoding: path.hashPart, as: UTF8.self)).narinfo"
        let answer = try await Self.read(
            file, of: base, name, downloader, limit: Self.largestInfo, NetworkRequest(), observer)
        guard let bytes = answer else { throw notValid(path) }
        let info: NARInfo
        do throws(FormatError) {
            info = try NARInfo(parsing: ByteString(bytes), source: ByteString(file), store: storeDirectory)
        } catch {
            throw StoreError(wrapping: error)
        }
        guard info.path == path else { throw notValid(path) }
        guard info.narHash.algorithm == .sha256 else {
            throw StoreError(.malformed, "NAR info file '\(file)' is corrupt: bad hash")
        }
        return info
    }

    private func notValid(_ path: StorePath) -> StoreError {
        StoreError(.notValid, "path '\(storeDirectory.print(path))' is not valid")
    }

    /// What the cache knows of some objects and of all that they refer to, each after what it refers to.
    ///
    /// - Parameter isThere: whether an object is to be left out, with what only it refers to.
    package func closure(
        _ paths: [StorePath], except isThere: (StorePath) throws(StoreError) -> Bool = { _ in false }
    ) async throws(StoreError) -> [NARInfo] {
        let infos = await withTaskGroup(of: Result<NARInfo, StoreError>.self) { group in
            var found: [StorePath: NARInfo] = [:]
            var seen: Set<StorePath> = []
            var waiting = paths
            var running = 0
            do throws(StoreError) {
                while true {
                    while running < Self.questionsAtOnce, let path = waiting.popLast() {
                        guard seen.insert(path).inserted, try !isThere(path) else { continue }
                        guard seen.count <= Self.largestClosure else {
                            throw StoreError(.malformed, "binary cache '\(name)' names too many references")
                        }
                        running += 1
                        group.addTask { await self.answer(path) }
                    }
                    guard let answer = await group.next() else { break }
                    running -= 1
                    let info = try answer.get()
                    found[info.path] = info
                    for reference in info.references where !seen.contains(reference) { waiting.append(reference) }
                }
                return Result<[StorePath: NARInfo], StoreError>.success(found)
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        return try sorted(try infos.get())
    }

    private func answer(_ path: StorePath) async -> Result<NARInfo, StoreError> {
        do throws(StoreError) { return .success(try await info(path)) } catch { return .failure(error) }
    }

    /// Each after what it refers to among them; equal input gives equal order.
    private func sorted(_ infos: [StorePath: NARInfo]) throws(StoreError) -> [NARInfo] {
        var sorted: [NARInfo] = []
        var visited: Set<StorePath> = []
        for start in infos.keys.sorted() where !visited.contains(start) {
            // The way from the start to here, each with those of its references that are still to be looked at.
            var open: [(info: NARInfo, rest: ArraySlice<StorePath>)] = []
            var onTheWay: Set<StorePath> = []
            var next: StorePath? = start
            while true {
                if let path = next, let info = infos[path], visited.insert(path).inserted {
                    onTheWay.insert(path)
                    open.append((info, info.references.elements[...]))
                }
                guard let last = open.indices.last else { break }
                next = open[last].rest.popFirst()
                if let reference = next {
                    let referrer = open[last].info.path
                    guard reference == referrer || !onTheWay.contains(reference) else {
                        throw StoreError(
                            .malformed,
                            "cycle detected in the references of '\(storeDirectory.print(reference))' from '\(storeDirectory.print(referrer))'"
                        )
                    }
                } else {
                    let (info, _) = open.removeLast()
                    onTheWay.remove(info.path)
                    sorted.append(info)
                }
            }
        }
        return sorted
    }

    // MARK: Archives

    /// Fetches the packed NAR of an object into a folder.
    ///
    /// What an earlier run got of it is gone on with. Size and hash are compared where the cache tells them.
    ///
    /// - Parameters:
    ///   - folder: has no file of the object's name with `.nar` behind it.
    ///   - partials: a folder for unfinished downloads, in the same file system.
    ///   - observer: told of the download in place of the cache's own.
    /// - Throws: of kind `gone` where the archive is not there, of kind `system` where the folder has no room for what is in the archive.
    func packedNAR(
        _ info: NARInfo, in folder: RealPath, partials: RealPath, observer: (any FetchObserver)? = nil
    ) async throws(StoreError) -> PackedNAR {
        try FileSystem.requireSpace(info.narSize, in: folder, for: storeDirectory.print(info.path))
        let archive = folder.appending(info.path.baseName.bytes).extended(by: ".nar")
        try await download(info, to: archive, partials: partials, observer ?? self.observer)
        return PackedNAR(path: archive, info: info, storeDirectory: storeDirectory)
    }

    private func download(
        _ info: NARInfo, to target: RealPath, partials: RealPath, _ observer: any FetchObserver
    ) async throws(StoreError) {
        let location = String(decoding: info.url.bytes, as: UTF8.self)
        let isAbsolute = location.contains("://")
        let isForeign = location.hasPrefix("file:") || location.split(separator: "/").contains("..")
        // A cache elsewhere has no business with files of this machine, and none outside its own folder.
        guard !isForeign || !isAbsolute && !base.hasPrefix("file:") else {
            throw StoreError(
                .malformed, "binary cache '\(name)' refers to '\(location)' for '\(storeDirectory.print(info.path))'")
        }
        let url = isAbsolute ? location : "\(base)/\(location)"
        let size = info.fileSize.flatMap { $0 > 0 ? Int64(clamping: $0) : nil }
        let narSize = Int64(clamping: info.narSize)
        let (largest, overflow) = narSize.addingReportingOverflow(narSize / 8 + Self.packingAllowance)
        let file: FetchedFile
        do throws(FetchError) {
            file = try await downloader.fetchURL(
                url, to: target.description, partials: partials.description, expected: info.fileHash, size: size,
                largestSize: size ?? (overflow ? .max : largest), observer: observer)
        } catch {
            guard error.kind != .notFound, error.kind != .unauthorized else {
                let place = base.hasPrefix("file:") ? "binary cache" : "binary cache '\(name)'"
                throw StoreError(.gone, "file '\(location)' does not exist in \(place)")
            }
            throw StoreError(.download, "unable to download '\(location)' of binary cache '\(name)': \(error)")
        }
        if let size, file.size != size {
            throw StoreError(
                .hashMismatch,
                "size mismatch in file '\(location)' of binary cache '\(name)':\n  specified: \(size)\n  got:       \(file.size)"
            )
        }
        if let hash = info.fileHash, file.hash != hash {
            throw StoreError(
                .hashMismatch,
                "hash mismatch in file '\(location)' of binary cache '\(name)':\n  specified: \(hash.printed(.nix32, withAlgorithm: true))\n  got:       \(file.hash.printed(.nix32, withAlgorithm: true))"
            )
        }
    }
}
