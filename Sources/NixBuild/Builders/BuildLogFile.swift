import NixFetch
package import NixFormats
import NixStore

/// Logs in the place where `nix log` looks for them.
enum BuildLogFile {
    /// Writes the log of the derivation at `path`; one that cannot be written is no reason to fail.
    static func write(_ text: [UInt8], for path: StorePath, _ layout: StoreLayout) {
        guard !text.isEmpty else { return }
        let file = place(path, layout)
        guard (try? FileModes.makeFolders(file.parent)) != nil else { return }
        try? SmallFile.write(file.description, text)
    }

    /// The log of a derivation, nil where there is none; what real Nix has written is compressed.
    static func read(_ path: StorePath, _ layout: StoreLayout) -> [UInt8]? {
        let file = place(path, layout).description
        if let text = try? SmallFile.read(file) { return text }
        return Paths.exists("\(file).bz2") ? try? decompressed("\(file).bz2") : nil
    }

    private static func place(_ path: StorePath, _ layout: StoreLayout) -> RealPath {
        let name = path.baseName.description
        return layout.logDirectory.appending("drvs").appending(String(name.prefix(2)))
            .appending(String(name.dropFirst(2)))
    }

    private static func decompressed(_ file: String) throws(FetchError) -> [UInt8] {
        let reader = try DecompressingReader(opening: file)
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let result = chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(FetchError) in try reader.read(into: buffer) }
            }
            let count = try result.get()
            if count == 0 { return text }
            text += chunk[..<count]
        }
    }
}

extension Session {
    /// What building the derivation at `path`, or the one that made the object at `path`, has printed; nil where nothing is kept.
    package func buildLog(_ path: StorePath) throws(SessionError) -> [UInt8]? {
        var derivation: StorePath? = path
        if !path.isDerivation {
            do throws(StoreError) {
                derivation = try access.store().info(path)?.deriver
            } catch {
                throw .project(ProjectError(error.message))
            }
        }
        return derivation.flatMap { BuildLogFile.read($0, access.layout) }
    }
}
