import Synchronization

/// A downloader with the network settings and the observer of one model or one URL.
struct FetchContext: Sendable {
    let downloader: Downloader
    var transfer: TransferOptions
    var retry: RetryPolicy
    let observer: any FetchObserver

    /// Ranges of one file at once.
    var rangesAtOnce: Int { transfer.bytesPerSecond == nil ? max(1, downloader.options.connectionsPerFile) : 1 }

    /// Who hands out the connections of one batch; a limit of bandwidth allows one, which keeps it exactly.
    func makeCrew() -> TransferCrew {
        guard transfer.bytesPerSecond == nil else { return TransferCrew(small: 1, large: 1) }
        let options = downloader.options
        return TransferCrew(
            small: options.filesPerModel, initial: options.initialConnections, large: options.maxConnections)
    }

    /// Settings of the downloader, replaced where `network` says so.
    init(downloader: Downloader, network: NetworkRequest = NetworkRequest(), observer: any FetchObserver) {
        let options = downloader.options
        var transfer = TransferOptions()
        transfer.connectTimeout = network.connectTimeout ?? options.connectTimeout
        transfer.stallTimeout = network.readTimeout ?? options.stallTimeout
        transfer.bytesPerSecond = network.bytesPerSecond
        let environment = downloader.environment
        transfer.proxies = ProxySettings(environment)
        if let proxy = network.proxy {
            transfer.proxies.http = proxy
            transfer.proxies.https = proxy
        }
        if let hosts = network.noProxy { transfer.proxies.noProxy = hosts }
        transfer.certificateFile =
            environment.value("NIX_SSL_CERT_FILE") ?? environment.value("SSL_CERT_FILE")
            ?? environment.value("CURL_CA_BUNDLE")
        var retry = options.retry
        if let attempts = network.maxAttempts { retry.maxAttempts = attempts }
        if let delay = network.baseDelay { retry.baseDelay = delay }
        self.downloader = downloader
        self.transfer = transfer
        self.retry = retry
        self.observer = observer
    }

    /// A request with this context's settings.
    func exchange(_ url: URLReference, _ authorizer: any RequestAuthorizer, headers: [String] = []) -> Exchange {
        Exchange(url: url, headers: headers, authorizer: authorizer, options: transfer)
    }

    /// An answer that is held in memory, at most `limit` bytes, with retries.
    func bytes(
        _ exchange: Exchange, label: String, limit: Int = 64 << 20
    ) async throws(TransferError) -> (head: ResponseHead, body: [UInt8]) {
        var attempt = 0
        while true {
            let sink = MemorySink(limit: limit)
            switch await downloader.perform(exchange, into: sink) {
            case .success(let answer): return (answer.head, sink.bytes)
            case .failure(let error): try await pause(after: error, attempt: &attempt, label: label)
            }
        }
    }

    /// Waits before a further try, or throws when none would help.
    func pause(after error: TransferError, attempt: inout Int, label: String) async throws(TransferError) {
        guard error.isRetryable, attempt + 1 < retry.maxAttempts else { throw error }
        let asked = error.head.flatMap { RetryPolicy.askedPause($0, now: HTTPDate.now()) }
        if let asked, asked > retry.serverCeiling {
            var refusal = error
            refusal.code = .pauseTooLong
            refusal.reason = "the server asks to wait \(Int(min(asked, 1e9))) seconds"
            throw refusal
        }
        let delay = retry.delay(attempt: attempt, asked: asked, isOverload: error.isOverload)
        attempt += 1
        observer.observe(.retrying(file: label, reason: error.description, delay: delay))
        do {
            try await Task.sleep(for: .seconds(delay))
        } catch {
            throw TransferError(code: .cancelled, url: "", reason: "interrupted")
        }
    }
}

/// Collects a body in memory.
private final class MemorySink: TransferSink {
    private let limit: Int
    private let collected = Mutex<[UInt8]>([])

    init(limit: Int) {
        self.limit = limit
    }

    var bytes: [UInt8] {
        collected.withLock { $0 }
    }

    func begin(_ head: ResponseHead) -> TransferError.Code? {
        collected.withLock { $0 = [] }
        return nil
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        collected.withLock { collected in
            guard collected.count + bytes.count <= limit else { return .fail(.tooLong) }
            collected.append(contentsOf: bytes)
            return .more
        }
    }
}
