package import NixFetch
import Synchronization

/// What builders need besides the store: the network, and the environment that tokens come from.
///
/// The downloader is made when it is first needed, so that a build without fetches loads no network library.
package final class BuildServices: Sendable {
    package let environment: FetchEnvironment
    private let downloaderOptions: DownloaderOptions
    private let shared = Mutex<Downloader?>(nil)

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
}
