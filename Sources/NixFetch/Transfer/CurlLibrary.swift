import CCurl

/// The functions of libcurl.so.4 that are used, resolved once per `Downloader` when it makes its first request.
///
/// The table is immutable and libcurl's functions are thread-safe on separate handles.
struct CurlLibrary: @unchecked Sendable {
    let easyInit: @convention(c) () -> UnsafeMutableRawPointer?
    let easyCleanup: @convention(c) (UnsafeMutableRawPointer?) -> Void
    let easyError: @convention(c) (CURLcode) -> UnsafePointer<CChar>?
    let listAppend:
        @convention(c) (UnsafeMutablePointer<curl_slist>?, UnsafePointer<CChar>?) -> UnsafeMutablePointer<curl_slist>?
    let listFree: @convention(c) (UnsafeMutablePointer<curl_slist>?) -> Void
    let multiInit: @convention(c) () -> UnsafeMutableRawPointer?
    let multiCleanup: @convention(c) (UnsafeMutableRawPointer?) -> CURLMcode
    let multiAdd: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> CURLMcode
    let multiRemove: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> CURLMcode
    let multiPerform: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> CURLMcode
    let multiPoll:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UInt32, Int32, UnsafeMutablePointer<Int32>?
        ) -> CURLMcode
    let multiWakeup: @convention(c) (UnsafeMutableRawPointer?) -> CURLMcode
    let multiInfo:
        @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> UnsafeMutablePointer<CURLMsg>?
    /// Variadic functions, called through the shims of CCurl.
    let easySetOption: UnsafeMutableRawPointer
    let easyGetInformation: UnsafeMutableRawPointer
    let multiSetOption: UnsafeMutableRawPointer

    /// Loads and initialises libcurl.
    init() throws(DynamicLibrary.LoadError) {
        let library = try DynamicLibrary("libcurl.so.4")
        let initialise = try library.function("curl_global_init", (@convention(c) (Int) -> CURLcode).self)
        easyInit = try library.function("curl_easy_init", type(of: easyInit))
        easyCleanup = try library.function("curl_easy_cleanup", type(of: easyCleanup))
        easyError = try library.function("curl_easy_strerror", type(of: easyError))
        listAppend = try library.function("curl_slist_append", type(of: listAppend))
        listFree = try library.function("curl_slist_free_all", type(of: listFree))
        multiInit = try library.function("curl_multi_init", type(of: multiInit))
        multiCleanup = try library.function("curl_multi_cleanup", type(of: multiCleanup))
        multiAdd = try library.function("curl_multi_add_handle", type(of: multiAdd))
        multiRemove = try library.function("curl_multi_remove_handle", type(of: multiRemove))
        multiPerform = try library.function("curl_multi_perform", type(of: multiPerform))
        multiPoll = try library.function("curl_multi_poll", type(of: multiPoll))
        multiWakeup = try library.function("curl_multi_wakeup", type(of: multiWakeup))
        multiInfo = try library.function("curl_multi_info_read", type(of: multiInfo))
        easySetOption = try library.address("curl_easy_setopt")
        easyGetInformation = try library.address("curl_easy_getinfo")
        multiSetOption = try library.address("curl_multi_setopt")
        // CURL_GLOBAL_ALL, which is a macro of two others: TLS and (elsewhere) sockets.
        guard initialise(3) == CURLE_OK else {
            throw DynamicLibrary.LoadError(message: "libcurl.so.4 failed to initialise")
        }
    }

    /// What a result code means, in libcurl's words.
    func message(_ code: CURLcode) -> String {
        easyError(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }
}
