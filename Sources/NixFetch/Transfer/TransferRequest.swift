import Synchronization

/// One HTTP request, one hop: redirects and retries are the business of the layers above.
struct TransferRequest: Sendable {
    var url: URLReference
    /// Field lines `Name: value`, credentials included.
    var headers: [String] = []
    /// What is sent; nil for a `GET`.
    var body: RequestBody?
    var options: TransferOptions
    /// Let libcurl undo `Content-Encoding`.
    var decodesContent = true
    /// Share a connection with others by HTTP/2: for small answers, which wait for the server and not for the line.
    var isMultiplexed = true
}

/// What a request other than a `GET` sends.
struct RequestBody: Sendable, Equatable {
    /// `POST`, `PUT`.
    var method = "POST"
    var contentType: String?
    var bytes: [UInt8]
}

/// How connections are made and when one counts as stalled.
struct TransferOptions: Sendable {
    /// Seconds until a connection must stand.
    var connectTimeout: Double = 15
    /// Abort below `stallBytesPerSecond` over `stallTimeout` seconds.
    var stallTimeout: Double = 60
    var stallBytesPerSecond = 1024
    /// Bytes per second of one connection; nil is unlimited.
    var bytesPerSecond: Int64?
    /// Bytes that come before that limit holds.
    var burst: BurstAllowance?
    /// The oldest version of TLS that is spoken; nil for libcurl's own choice.
    var minimumTLS: NetworkRequest.TLSVersion?
    var proxies = ProxySettings()
    /// A file of trusted certificates in place of libcurl's own.
    var certificateFile: String?
    /// A file with this client's certificate and its key, and the origin that gets to see it.
    var clientCertificate: (file: String, origin: URLReference.Origin)?
    /// Counts the requests under way.
    var meter: ConnectionMeter?
}

/// Bytes of one fetch that its limit of bandwidth lets pass first.
final class BurstAllowance: Sendable {
    private let remaining: Atomic<Int64>

    init(_ bytes: Int64) {
        remaining = Atomic(bytes)
    }

    /// Takes bytes; false once nothing is left.
    func take(_ count: Int) -> Bool {
        remaining.wrappingSubtract(Int64(count), ordering: .relaxed).newValue > 0
    }

    var isSpent: Bool { remaining.load(ordering: .relaxed) <= 0 }
}

/// Where the body of a successful answer goes.
///
/// Called on the transfer thread only, never blocking long.
protocol TransferSink: AnyObject, Sendable {
    /// Decides about a body from its answer's head (status 200–299); an error ends the transfer.
    func begin(_ head: ResponseHead) -> TransferError.Code?
    /// Takes the next bytes.
    func write(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict
    /// The transfer is over, well or not: what was taken must be where it belongs.
    func end() -> TransferError.Code?
}

extension TransferSink {
    func end() -> TransferError.Code? { nil }
}

/// What a sink wants after taking bytes.
enum SinkVerdict {
    case more
    /// All that was wanted is there: end the transfer successfully.
    case enough
    case fail(TransferError.Code)
}
