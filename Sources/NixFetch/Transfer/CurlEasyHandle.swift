import CCurl
import Glibc

/// One transfer of libcurl: owns the handle, its header list and its error buffer, all freed with it.
///
/// Used on the transfer thread only. libcurl holds an unretained pointer to this object, so the object must outlive
/// the handle's membership in a multi handle (`TransferLoop` keeps it in its table until then).
final class CurlEasyHandle {
    private static let errorBufferSize = 256

    let handle: UnsafeMutableRawPointer
    private let library: CurlLibrary
    private let request: TransferRequest
    private let sink: any TransferSink
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var parser = ResponseHeadParser()
    private var head: ResponseHead?
    private var errorBody: [UInt8] = []
    private var failure: TransferError.Code?
    private var hasEnough = false

    /// A handle with all options set, ready to be added to a multi handle.
    init(library: CurlLibrary, request: TransferRequest, sink: any TransferSink) throws(TransferError) {
        guard let handle = library.easyInit() else {
            throw TransferError(code: .library, url: request.url.redacted, reason: "libcurl: out of memory")
        }
        self.library = library
        self.handle = handle
        self.request = request
        self.sink = sink
        errorBuffer = .allocate(capacity: Self.errorBufferSize)
        errorBuffer.initialize(repeating: 0, count: Self.errorBufferSize)
        try configure()
    }

    deinit {
        library.easyCleanup(handle)
        library.listFree(headerList)
        errorBuffer.deallocate()
    }

    private func configure() throws(TransferError) {
        let options = request.options
        try set(CURLOPT_URL, request.url.text)
        // Only what `URLReference` accepted, and never a redirect behind our back.
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_NOPROGRESS, 1)
        // A bulk transfer has a connection of its own; small ones share one where the server speaks HTTP/2.
        let version = request.isMultiplexed ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        try set(CURLOPT_HTTP_VERSION, Int(version))
        if request.isMultiplexed, request.url.scheme == "https" { try set(CURLOPT_PIPEWAIT, 1) }
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_BUFFERSIZE, request.isMultiplexed ? 32 << 10 : 256 << 10)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(options.connectTimeout, 0.001) * 1000))
        try set(CURLOPT_LOW_SPEED_LIMIT, options.stallBytesPerSecond)
        try set(CURLOPT_LOW_SPEED_TIME, max(1, Int(options.stallTimeout.rounded(.up))))
        if options.burst?.isSpent ?? true { try limitSpeed() }
        // Set even when empty, so that libcurl does not look at the environment itself.
        try set(CURLOPT_PROXY, options.proxies.proxy(scheme: request.url.scheme) ?? "")
        try set(CURLOPT_NOPROXY, options.proxies.noProxy ?? "")
        if let (user, password) = options.proxies.credentials {
            try set(CURLOPT_PROXYUSERNAME, user)
            try set(CURLOPT_PROXYPASSWORD, password)
        }
        if let file = options.certificateFile { try set(CURLOPT_CAINFO, file) }
        if let certificate = options.clientCertificate { try set(CURLOPT_SSLCERT, certificate.file) }
        switch options.minimumTLS {
        case nil: break
        case .version12: try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        case .version13: try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_3))
        }
        // Asks for the plain bytes; a server that compresses all the same is decoded if its answer is wanted so.
        if request.decodesContent {
            try set(CURLOPT_ACCEPT_ENCODING, "identity")
        } else {
            appendHeader("Accept-Encoding: identity")
        }
        for line in request.headers { appendHeader(line) }
        if let body = request.body { try configure(body) }
        try check(nixlite_curl_set_pointer(library.easySetOption, handle, CURLOPT_HTTPHEADER, headerList))
        try check(nixlite_curl_set_pointer(library.easySetOption, handle, CURLOPT_ERRORBUFFER, errorBuffer))
        try configureCallbacks()
    }

    private func configure(_ body: RequestBody) throws(TransferError) {
        try set(CURLOPT_POST, 1)
        if body.method != "POST" { try set(CURLOPT_CUSTOMREQUEST, body.method) }
        if let type = body.contentType { appendHeader("Content-Type: \(type)") }
        // libcurl copies as many bytes as it was told before.
        try set(CURLOPT_POSTFIELDSIZE, body.bytes.count)
        let code = (body.bytes + [0]).withUnsafeBytes { bytes in
            nixlite_curl_set_pointer(
                library.easySetOption, handle, CURLOPT_COPYPOSTFIELDS,
                UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
        try check(code)
    }

    private func limitSpeed() throws(TransferError) {
        guard let speed = request.options.bytesPerSecond else { return }
        try check(nixlite_curl_set_offset(library.easySetOption, handle, CURLOPT_MAX_RECV_SPEED_LARGE, Int(speed)))
    }

    private func configureCallbacks() throws(TransferError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        try check(nixlite_curl_set_pointer(library.easySetOption, handle, CURLOPT_WRITEDATA, me))
        try check(nixlite_curl_set_pointer(library.easySetOption, handle, CURLOPT_HEADERDATA, me))
        try check(
            nixlite_curl_set_callback(library.easySetOption, handle, CURLOPT_WRITEFUNCTION) { bytes, _, count, me in
                guard let me else { return 0 }
                let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
                return Unmanaged<CurlEasyHandle>.fromOpaque(me).takeUnretainedValue().takeBody(buffer) ? count : 0
            })
        try check(
            nixlite_curl_set_callback(library.easySetOption, handle, CURLOPT_HEADERFUNCTION) { bytes, _, count, me in
                guard let me else { return 0 }
                let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
                return Unmanaged<CurlEasyHandle>.fromOpaque(me).takeUnretainedValue().takeHeader(buffer) ? count : 0
            })
    }

    private func appendHeader(_ line: String) {
        headerList = library.listAppend(headerList, line) ?? headerList
    }

    private func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try check(nixlite_curl_set_long(library.easySetOption, handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try check(nixlite_curl_set_string(library.easySetOption, handle, option, value))
    }

    private func check(_ code: CURLcode) throws(TransferError) {
        guard code == CURLE_OK else {
            throw TransferError(
                code: .curl(Int32(bitPattern: code.rawValue)), url: request.url.redacted, reason: library.message(code))
        }
    }

    /// One header line; false ends the transfer.
    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        // Trailer fields of a chunked body come after the head and mean nothing here.
        guard head == nil else { return true }
        switch parser.feed(line) {
        case .more: return true
        case .tooLong:
            failure = .tooLong
            return false
        case .complete(var head):
            head.latency = latency
            self.head = head
            guard (200..<300).contains(head.status) else { return true }
            failure = sink.begin(head)
            return failure == nil
        }
    }

    /// Seconds between the request and the first byte of its answer.
    private var latency: Double? {
        func microseconds(_ info: CURLINFO) -> Int? {
            var value: curl_off_t = 0
            let code = nixlite_curl_get_offset(library.easyGetInformation, handle, info, &value)
            return code == CURLE_OK && value > 0 ? Int(value) : nil
        }
        guard let begin = microseconds(CURLINFO_PRETRANSFER_TIME_T),
            let end = microseconds(CURLINFO_STARTTRANSFER_TIME_T),
            end >= begin
        else { return nil }
        return Double(end - begin) * 1e-6
    }

    /// Some bytes of a body; false ends the transfer.
    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let head, (200..<300).contains(head.status) else {
            // The words of an error answer, as far as a message can use them.
            let room = (64 << 10) - errorBody.count
            errorBody.append(contentsOf: bytes.prefix(max(0, room)))
            return room > bytes.count
        }
        if let burst = request.options.burst, !burst.isSpent, !burst.take(bytes.count) { try? limitSpeed() }
        switch sink.write(bytes) {
        case .more: return true
        case .enough: hasEnough = true
        case .fail(let code): failure = code
        }
        return false
    }

    /// The outcome after libcurl reported the transfer done.
    func result(_ code: CURLcode) -> Result<ResponseHead, TransferError> {
        let url = request.url.redacted
        let last = sink.end()
        if failure == nil { failure = last }
        if let failure {
            // A proxy's or a login page in place of the file is the usual reason for a wrong size.
            let isPage = head?["content-type"]?.lowercased().hasPrefix("text/html") == true
            let page = isPage && (failure == .tooShort || failure == .tooLong) ? " (it sent a web page)" : ""
            return .failure(
                TransferError(code: failure, url: url, reason: Self.reason(failure) + page, head: head))
        }
        if let head, !(200..<300).contains(head.status), code == CURLE_OK || code == CURLE_WRITE_ERROR {
            return .failure(
                TransferError(code: .status(head.status), url: url, reason: "", head: head, body: errorBody))
        }
        if let head, hasEnough || code == CURLE_OK { return .success(head) }
        guard code != CURLE_OK else {
            return .failure(TransferError(code: .curl(52), url: url, reason: "server sent no HTTP answer"))
        }
        let detail = String(cString: errorBuffer)
        let words = detail.isEmpty ? library.message(code) : detail
        return .failure(
            TransferError(
                code: .curl(Int32(bitPattern: code.rawValue)), url: url, reason: words.printable, head: head))
    }

    /// The outcome of a transfer that was taken off the loop.
    func cancelled() -> Result<ResponseHead, TransferError> {
        // What cannot be written is fetched again by the next run.
        _ = sink.end()
        return .failure(.interrupted(request.url.redacted))
    }

    private static func reason(_ code: TransferError.Code) -> String {
        switch code {
        case .tooLong: "the server's answer is larger than it may be"
        case .tooShort: "the server's file is smaller than it must be"
        case .changed: "the file changed on the server"
        case .superseded: "the file was restarted"
        case .badRange: "the server sent another range than the one asked for"
        case .damaged(let reason): reason
        case .write(let number): "cannot write: \(String(cString: strerror(number)))"
        default: "the transfer failed"
        }
    }
}
