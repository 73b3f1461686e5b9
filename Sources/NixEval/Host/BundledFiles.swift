import CNixModules

/// The files of `nix/` that are part of the program, as a tree below `Evaluator.bundledRoot`.
package struct BundledFiles {
    private static let root = Array(Evaluator.bundledRoot.utf8)
    private var files: [[UInt8]: UnsafeBufferPointer<UInt8>] = [:]
    private var folders: [[UInt8]: [[UInt8]: FileType]] = [:]
    private var isLoaded = false

    package init() {}

    /// Whether `path` is the root or below it.
    package static func contains(_ path: [UInt8]) -> Bool {
        path.starts(with: root) && (path.count == root.count || path[root.count] == UInt8(ascii: "/"))
    }

    /// The bytes of a file, nil where there is none.
    package mutating func contents(_ path: [UInt8]) -> [UInt8]? {
        load()
        return files[path].map(Array.init)
    }

    /// What is at a path, nil where there is nothing.
    package mutating func type(_ path: [UInt8]) -> FileType? {
        load()
        return files[path] != nil ? .regular : folders[path] != nil ? .directory : nil
    }

    /// The entries of a folder, nil where there is none.
    package mutating func entries(_ path: [UInt8]) -> [(name: [UInt8], type: FileType)]? {
        load()
        return folders[path]?.map { ($0.key, $0.value) }
    }

    private mutating func load() {
        guard !isLoaded else { return }
        isLoaded = true
        folders[Self.root] = [:]
        guard var module = nixlite_modules() else { return }
        while let name = module.pointee.path {
            add(name, UnsafeBufferPointer(start: module.pointee.bytes, count: module.pointee.length))
            module += 1
        }
    }

    private mutating func add(_ name: UnsafePointer<CChar>, _ bytes: UnsafeBufferPointer<UInt8>) {
        var folder = Self.root
        let components = String(cString: name).utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
        for (index, component) in components.enumerated() {
            let isLast = index == components.count - 1
            folders[folder, default: [:]][component] = isLast ? .regular : .directory
            folder += [UInt8(ascii: "/")] + component
            if isLast { files[folder] = bytes } else if folders[folder] == nil { folders[folder] = [:] }
        }
    }
}
