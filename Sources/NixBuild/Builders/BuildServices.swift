package import NixFetch
import NixStore
import Synchronization

/// What builders need besides the store: the network, and the environment that tokens come from.
///
/// The downloader is made when it is first needed, so that a build without fetches loads no network library.
package final class BuildServices: Sendable {
    package let environment: FetchEnvironment
    private let downloaderOptions: DownloaderOptions
    private let shared = Mutex<Downloader?>(nil)
    /// By the real folder of the store: of the one or two that a command has.
    private let folders = Mutex<[(store: RealPath, folders: FetchFolders)]>([])

    package init(environment: FetchEnvironment, downloaderOptions: DownloaderOptions = DownloaderOptions()) {
        self.environment = environment
        self.downloaderOptions = downloaderOptions
    }

    /// The one downloader, whose limit of connections holds over everything.
    package var downloader: Downloader {
        shared.withLock { shared in
            if let downloader = shared { return downloader }
            let downloader = Downloader(options: downloaderOptions, environment: environment)
            shared = downloader
            return downloader
        }
    }

    /// A place for a fetch into a store, whose folders are looked at before the first one only.
    func workspace(in store: LocalStore) throws(BuildFailure) -> FetchWorkspace {
        let folders = try folders.withLock { (known) throws(BuildFailure) in
            let folder = store.layout.realStoreDirectory
            if let entry = known.first(where: { $0.store == folder }) { return entry.folders }
            let folders = try FetchFolders(store)
            known.append((folder, folders))
            return folders
        }
        return try FetchWorkspace(store, folders)
    }
}
