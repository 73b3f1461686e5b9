import Foundation
import NixFormats
import Testing

@testable import NixFetch

@Suite struct TLSTests {
    private let server: FaultServer
    private let scratch: ScratchDirectory
    private let base: String
    private let trusting: Downloader

    init() throws {
        scratch = try ScratchDirectory()
        server = try FaultServer(certificateDirectory: scratch.path)
        base = "127.0.0.1:\(try #require(server.securePort))"
        trusting = Downloader(
            environment: FetchEnvironment(variables: ["SSL_CERT_FILE": "\(scratch.path)/certificate.pem"]))
    }

    private func fetch(_ url: String, expected: NixHash? = nil) async throws -> FetchedFile {
        try await trusting.fetchURL(
            url, to: "\(scratch.path)/out", partials: "\(scratch.path)/partials", expected: expected)
    }

    @Test func aCertificateNobodyVouchesForIsRefused() async throws {
        let downloader = Downloader(environment: FetchEnvironment(variables: [:]))
        await #expect {
            _ = try await downloader.readURL("https://\(base)/f/ok/10/x")
        } throws: { error in
            "\(error)".contains("certificate") && (error as? FetchError)?.hint?.contains("NIX_SSL_CERT_FILE") == true
        }
        #expect(try await server.log().isEmpty)
        #expect(try await trusting.readURL("https://\(base)/f/ok/10/x").count == 10)
    }

    @Test func theHostMustBeTheCertificates() async throws {
        await #expect {
            _ = try await trusting.readURL("https://localhost:\(server.securePort ?? 0)/f/ok/10/x")
        } throws: { "\($0)".contains("subject name") }
    }

    @Test func aDowngradeNeedsAHashAndNoCredentials() async throws {
        let file = try await fetch("https://\(base)/f/ok/1000/x")
        func isRefused(_ error: any Error) -> Bool {
            "\(error)".contains("the server redirects from https to http, which is refused")
        }
        await #expect {
            _ = try await fetch("https://\(base)/f/cross/1000/x")
        } throws: { isRefused($0) }
        await #expect {
            _ = try await fetch("https://me:secret@\(base)/f/cross/1000/x", expected: file.sha256)
        } throws: { isRefused($0) }
        try FileManager.default.removeItem(atPath: "\(scratch.path)/out")
        #expect(try await fetch("https://\(base)/f/cross/1000/x", expected: file.sha256).sha256 == file.sha256)
    }
}
