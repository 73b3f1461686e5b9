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

    /// The log of a derivation, nil where there is none.
    ///
    /// Those that real Nix has compressed are not read.
    static func read(_ path: StorePath, _ layout: StoreLayout) -> [UInt8]? {
        try? SmallFile.read(place(path, layout).description)
    }

    private static func place(_ path: StorePath, _ layout: StoreLayout) -> RealPath {
        let name = path.baseName.description
        return layout.logDirectory.appending("drvs").appending(String(name.prefix(2)))
            .appending(String(name.dropFirst(2)))
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
