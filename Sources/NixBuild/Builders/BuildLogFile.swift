import Glibc
import NixFetch
package import NixFormats
import NixStore

/// Logs of builds, in the place where Nix keeps them.
enum BuildLogFile {
    /// A log longer than this is read only so far.
    private static let longestLog = 1 << 30

    private static func place(of path: StorePath, _ layout: StoreLayout) -> (folder: RealPath, name: String) {
        let name = path.baseName.description
        let folder = layout.logDirectory.appending("drvs").appending(String(name.prefix(2)))
        return (folder, String(name.dropFirst(2)))
    }

    /// Writes the log of the derivation at `path`; one that cannot be written is no reason to fail.
    static func write(_ text: [UInt8], for path: StorePath, _ layout: StoreLayout) {
        let (folder, name) = place(of: path, layout)
        guard (try? FileModes.makeFolders(folder)) != nil else { return }
        try? SmallFile.write(folder.appending(name).description, text)
    }

    /// The log of the derivation at `path`, nil where there is none; Nix's own are compressed.
    ///
    /// - Throws: `FetchError` for a log that cannot be read.
    static func read(for path: StorePath, _ layout: StoreLayout) throws(FetchError) -> [UInt8]? {
        let (folder, name) = place(of: path, layout)
        let plain = folder.appending(name).description
        if Paths.exists(plain) {
            do throws(FileOperationError) { return try SmallFile.read(plain) } catch {
                throw FetchError(.file(EIO), error.description)
            }
        }
        let compressed = plain + ".bz2"
        guard Paths.exists(compressed) else { return nil }
        let reader = try DecompressingReader(opening: compressed, .bzip2)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while text.count < longestLog {
            let result: Result<Int, FetchError> = buffer.withUnsafeMutableBytes { bytes in
                do throws(FetchError) { return .success(try reader.read(into: bytes)) } catch { return .failure(error) }
            }
            let count = try result.get()
            if count == 0 { break }
            text += buffer[..<count]
        }
        return text
    }
}

extension Session {
    /// What building the derivation at `path`, or the one that made the object at `path`, has printed; nil where nothing is kept.
    package func buildLog(_ path: StorePath) throws(SessionError) -> [UInt8]? {
        do {
            let derivation = path.isDerivation ? path : try access.store().info(path)?.deriver
            return try derivation.flatMap { try BuildLogFile.read(for: $0, access.layout) }
        } catch {
            throw .project(
                ProjectError((error as? StoreError)?.message ?? (error as? FetchError)?.message ?? "\(error)"))
        }
    }
}
