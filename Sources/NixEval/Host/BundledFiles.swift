import CNixModules

#if canImport(Glibc)
    import Glibc
#endif

/// The files of `nix/`, which are part of the program and appear below `Evaluator.bundledRoot`.
///
/// A host answers for those paths with what this gives.
package enum BundledFiles {
    /// The part of an absolute path below the root, or nil where it is another path.
    ///
    /// The root itself is "".
    private static func relative(_ path: [UInt8]) -> ArraySlice<UInt8>? {
        let root = Array(Evaluator.bundledRoot.utf8)
        guard path.starts(with: root) else { return nil }
        let rest = path.dropFirst(root.count)
        if rest.isEmpty { return rest }
        return rest.first == UInt8(ascii: "/") ? rest.dropFirst() : nil
    }

    /// Whether the path is one of the program's own.
    package static func contains(_ path: [UInt8]) -> Bool { relative(path) != nil }

    /// The bytes of a bundled file, nil where there is none.
    package static func read(_ path: [UInt8]) -> [UInt8]? {
        guard let name = relative(path) else { return nil }
        for module in modules() where Array(module.name) == Array(name) { return Array(module.bytes) }
        return nil
    }

    /// The type of what lies at a bundled path, nil where there is nothing.
    package static func type(_ path: [UInt8]) -> FileType? {
        guard let name = relative(path) else { return nil }
        if name.isEmpty { return .directory }
        for module in modules() {
            if module.name.elementsEqual(name) { return .regular }
            if module.name.starts(with: name), module.name.dropFirst(name.count).first == UInt8(ascii: "/") {
                return .directory
            }
        }
        return nil
    }

    /// The entries of a bundled folder.
    package static func entries(_ path: [UInt8]) -> [(name: [UInt8], type: FileType)] {
        guard let name = relative(path) else { return [] }
        let prefix = name.isEmpty ? [] : Array(name) + [UInt8(ascii: "/")]
        var found: [[UInt8]: FileType] = [:]
        for module in modules() where module.name.starts(with: prefix) {
            let rest = module.name.dropFirst(prefix.count)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            found[Array(rest[..<end])] = end == rest.endIndex ? .regular : .directory
        }
        return found.map { (name: $0.key, type: $0.value) }
    }

    private struct Module {
        let name: UnsafeBufferPointer<UInt8>
        let bytes: UnsafeBufferPointer<UInt8>
    }

    private static func modules() -> [Module] {
        var result: [Module] = []
        guard var next = nixlite_modules() else { return [] }
        while let path = next.pointee.path {
            let name = UnsafeRawPointer(path).assumingMemoryBound(to: UInt8.self)
            result.append(
                Module(
                    name: UnsafeBufferPointer(start: name, count: strlen(path)),
                    bytes: UnsafeBufferPointer(start: next.pointee.bytes, count: next.pointee.length)))
            next += 1
        }
        return result
    }
}
