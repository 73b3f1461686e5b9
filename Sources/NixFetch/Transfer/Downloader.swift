import Synchronization

/// Limits and waiting times of a `Downloader`; a model's `network` may replace some of them for itself.
package struct DownloaderOptions: Sendable {
    /// Connections at once, over everything this downloader does.
    package var maxConnections = 16
    /// Connections with which large files begin; they get more as long as that pays.
    package var initialConnections = 1
    /// Connections at once for one large file.
    package var connectionsPerFile = 16
    /// Small files at once, over all models.
    package var smallFilesAtOnce = 16
    /// From this size in bytes a file counts as large: it may be fetched in ranges, several at once.
    package var rangeThreshold: Int64 = 32 << 20
    /// Bytes per range; files of several GiB have larger ones.
    package var rangeSize: Int64 = 16 << 20
    /// Seconds until a connection must stand.
    package var connectTimeout = 15.0
    /// Abort a transfer that stays below 1 KiB/s for this many seconds.
    package var stallTimeout = 60.0
    package var retry = RetryPolicy()
    /// Redirects followed for one request.
    package var maxRedirects = 20
    package var userAgent = "nixlite"

    package init() {}
}

/// Makes HTTP requests and downloads files for any number of concurrent fetches, under one limit of connections.
///
/// libcurl is loaded, and its thread started, by the first request.
package final class Downloader: Sendable {
    let options: DownloaderOptions
    let environment: FetchEnvironment
    private let limiter: ConnectionLimiter
    /// Decides which file is next, over all batches.
    let crew: TransferCrew
    private let loop = Mutex<TransferLoop?>(nil)

    /// A downloader; nothing happens until the first request.
    package init(options: DownloaderOptions = DownloaderOptions(), environment: FetchEnvironment) {
        self.options = options
        self.environment = environment
        limiter = ConnectionLimiter(options.maxConnections)
        crew = TransferCrew(
            small: min(options.smallFilesAtOnce, options.maxConnections), initial: options.initialConnections,
            large: options.maxConnections)
    }

    deinit {
        loop.withLock { $0?.stop() }
    }

    private func transferLoop(for url: URLReference) throws(TransferError) -> TransferLoop {
        let result: Result<TransferLoop, DynamicLibrary.LoadError> = loop.withLock { loop in
            if let loop { return .success(loop) }
            do throws(DynamicLibrary.LoadError) {
                let started = try TransferLoop()
                loop = started
                return .success(started)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let loop): return loop
        case .failure(let error):
            throw TransferError(code: .library, url: url.redacted, reason: error.message)
        }
    }

    /// Makes one request and follows its redirects.
    ///
    /// Credentials go to the origin of `exchange.url` only: the first redirect to another scheme, host or port drops
    /// them for good. A redirect from https to http is refused unless `exchange.allowsDowngrade`; one to anything but
    /// http(s) always.
    func perform(_ exchange: Exchange, into sink: any TransferSink) async -> Result<Exchange.Answer, TransferError> {
        var url = exchange.url
        var isAuthorized = exchange.isAuthorized
        var hops = 0
        while true {
            guard url.scheme != "file" else {
                return .failure(
                    TransferError(code: .redirect, url: url.redacted, reason: "a file URL cannot be asked over HTTP"))
            }
            var request = TransferRequest(url: url, options: exchange.options)
            request.decodesContent = exchange.decodesContent
            request.body = exchange.body
            request.isMultiplexed = exchange.isMultiplexed
            request.headers = ["User-Agent: \(options.userAgent)"] + exchange.headers
            if isAuthorized { request.headers += exchange.authorizer.fields(for: url) }
            if request.options.clientCertificate?.origin != url.origin { request.options.clientCertificate = nil }
            let result: Result<ResponseHead, TransferError>
            do throws(TransferError) {
                let loop = try transferLoop(for: url)
                result = await limiter.holding(isFile: exchange.isFile) { [request] in
                    guard let meter = request.options.meter else { return await loop.perform(request, into: sink) }
                    return await meter.counting { await loop.perform(request, into: sink) }
                }
            } catch {
                result = .failure(error)
            }
            switch result {
            case .success(let head):
                return .success(Exchange.Answer(head: head, url: url, isAuthorized: isAuthorized))
            case .failure(var error):
                error.hops = hops
                guard let target = redirectTarget(error, keepingBody: exchange.body != nil) else {
                    return .failure(error)
                }
                hops += 1
                do throws(TransferError) {
                    let next = try follow(target, from: url, hops: hops, exchange: exchange)
                    if next.origin != url.origin { isAuthorized = false }
                    url = next
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    /// Where an answer sends the request; what has a body goes there only as it is.
    private func redirectTarget(_ error: TransferError, keepingBody: Bool) -> String? {
        let statuses = keepingBody ? [307, 308] : [301, 302, 303, 307, 308]
        guard case .status(let status) = error.code, statuses.contains(status) else { return nil }
        return error.head?["location"]
    }

    private func follow(
        _ location: String, from url: URLReference, hops: Int, exchange: Exchange
    ) throws(TransferError) -> URLReference {
        func refusal(_ reason: String) -> TransferError {
            TransferError(code: .redirect, url: exchange.url.redacted, reason: reason, hops: hops)
        }
        guard hops <= options.maxRedirects else { throw refusal("more than \(options.maxRedirects) redirects") }
        let next: URLReference
        do {
            next = try url.resolving(location)
        } catch {
            throw refusal("the server redirects to a URL that is refused: \(error)")
        }
        guard next.scheme != "file" else { throw refusal("the server redirects to a file URL, which is refused") }
        if url.scheme == "https", next.scheme == "http", !exchange.allowsDowngrade {
            throw refusal("the server redirects from https to http, which is refused without a known hash")
        }
        return next
    }
}

/// A request with what its redirects need.
struct Exchange: Sendable {
    var url: URLReference
    var headers: [String] = []
    var body: RequestBody?
    var authorizer: any RequestAuthorizer = AnonymousAuthorizer()
    /// Whether `url` is still at the origin the credentials belong to.
    var isAuthorized = true
    var options: TransferOptions
    /// Redirects from https to http are harmless: no credentials, and the content's hash is known.
    var allowsDowngrade = false
    var decodesContent = true
    /// Whether it may share a connection by HTTP/2.
    var isMultiplexed = true
    /// Whether it asks for the content of a file, which waits for questions about files.
    var isFile = false

    /// A successful answer and where it came from.
    struct Answer: Sendable {
        let head: ResponseHead
        let url: URLReference
        let isAuthorized: Bool
    }
}
