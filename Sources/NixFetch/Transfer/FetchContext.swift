import Synchronization

/// A downloader with the network settings and the observer of one model or one URL.
struct FetchContext: Sendable {
    let downloader: Downloader
    var transfer: TransferOptions
    var retry: RetryPolicy
    let observer: any FetchObserver
    /// Whether the bandwidth of the whole model is limited, which one connection keeps exactly.
    private let isLimited: Bool
    /// Seconds that a fetch of so many bytes may take.
    let deadline: @Sendable (Int64?) -> Double?
    /// Whether large files of a hub are fetched in chunks.
    let usesXet: Bool

    /// Ranges of one file at once.
    var rangesAtOnce: Int { isLimited ? 1 : max(1, downloader.options.connectionsPerFile) }

    /// A new batch's part in the downloader's crew; a limit of bandwidth allows one connection, which keeps it exactly.
    func makeBatch() -> TransferBatch {
        TransferBatch(downloader.crew, bound: isLimited ? 1 : nil)
    }

    /// Settings of the downloader, replaced where `network` says so.
    init(downloader: Downloader, network: NetworkRequest = NetworkRequest(), observer: any FetchObserver) {
        let options = downloader.options
        let environment = downloader.environment
        var transfer = TransferOptions()
        transfer.meter = ConnectionMeter(observer)
        transfer.connectTimeout = network.connectTimeout ?? options.connectTimeout
        transfer.stallTimeout = network.readTimeout ?? options.stallTimeout
        if let speed = network.stallBytesPerSecond { transfer.stallBytesPerSecond = Int(clamping: speed) }
        let speeds = [network.bytesPerSecond, network.bytesPerSecondAndConnection].compactMap { $0 }
        transfer.bytesPerSecond = speeds.min()
        if !speeds.isEmpty, let burst = network.burst { transfer.burst = BurstAllowance(burst) }
        transfer.proxies = ProxySettings(environment, network.proxies)
        transfer.certificateFile =
            network.certificateFile.map(environment.expand)
            ?? environment.value("NIX_SSL_CERT_FILE") ?? environment.value("SSL_CERT_FILE")
            ?? environment.value("CURL_CA_BUNDLE")
        transfer.minimumTLS = network.minimumTLS
        isLimited = network.bytesPerSecond != nil
        usesXet = network.usesXet
        deadline = { network.deadline(bytes: $0) }
        retry = options.retry.adapted(to: network)
        self.downloader = downloader
        self.transfer = transfer
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
            case .success(let answer):
                if let latency = answer.head.latency { downloader.crew.answered(.small, after: latency) }
                return (answer.head, sink.bytes)
            case .failure(let error): try await pause(after: error, attempt: &attempt, label: label)
            }
        }
    }

    /// Waits before a further try, or throws when none would help.
    func pause(after error: TransferError, attempt: inout Int, label: String) async throws(TransferError) {
        guard retry.permits(error), attempt + 1 < retry.maxAttempts else { throw error }
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
        let url = error.url
        do {
            try await Task.sleep(for: .seconds(delay))
        } catch {
            throw .interrupted(url)
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
