/// Proxies by scheme, as URLs in libcurl's form, and hosts that bypass them.
struct ProxySettings: Sendable {
    var http: String?
    var https: String?
    /// Host names and suffixes, comma-separated; `*` means all.
    var noProxy: String?
    /// Name and password of the user at the proxy.
    var credentials: (user: String, password: String)?

    init() {}

    /// The variables `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in lower case first.
    ///
    /// `HTTP_PROXY` in upper case is ignored in a CGI program, where a client sets it.
    init(_ environment: FetchEnvironment) {
        func value(_ name: String) -> String? {
            environment.value(name) ?? environment.value(name.uppercased())
        }
        let isCGI = environment.value("REQUEST_METHOD") != nil
        let all = value("all_proxy")
        http = (isCGI ? environment.value("http_proxy") : value("http_proxy")) ?? all
        https = value("https_proxy") ?? all
        noProxy = value("no_proxy")
    }

    /// The environment's proxies with what a model's `network.proxy` puts in their place.
    init(_ environment: FetchEnvironment, _ request: ProxyRequest) {
        self.init()
        if request.usesEnvironment { self = ProxySettings(environment) }
        if let proxy = request.http { http = proxy }
        if let proxy = request.https { https = proxy }
        if let hosts = request.noProxy { noProxy = hosts }
        guard let name = request.usernameEnvVar, let user = environment.value(name) else { return }
        credentials = (user, request.passwordEnvVar.flatMap { environment.value($0) } ?? "")
    }

    /// The proxy for a scheme; nil means none.
    func proxy(scheme: String) -> String? {
        scheme == "https" ? https : http
    }
}
