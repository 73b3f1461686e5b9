import Foundation
import NixFormats
import Testing

@testable import NixFetch

@Suite struct S3SignerTests {
    /// The example "GET Bucket (List Objects)" of AWS's page on header-based signing.
    @Test func signsAWSsOwnExample() throws {
        let signer = S3Signer(
            credentials: S3Credentials(
                accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                sessionToken: nil, origin: "the example"),
            region: "us-east-1")
        let url = try URLReference("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J")
        let fields = signer.fields(for: url, at: 1_369_353_600)
        #expect(fields.first?.hasSuffix("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7") == true)
        #expect(fields.contains("x-amz-date: 20130524T000000Z"))
    }

    @Test func readsProfilesWithNestedServices() {
        let sections = AWSProfiles.parse(
            """
            # comment
            [default]
            region = eu-west-1
            [profile team]
            services = minio
              ; indented comment
            [services minio]
            s3 =
              endpoint_url = http://localhost:9000
            """)
        #expect(sections["default"] == ["region": "eu-west-1"])
        #expect(sections["services minio"]?["s3.endpoint_url"] == "http://localhost:9000")
        #expect(sections["profile team"]?["services"] == "minio")
    }

    @Test func namingAProfileSwitchesTheEnvironmentsKeysOff() async throws {
        let scratch = try ScratchDirectory()
        let directory = try scratch.make(".aws")
        try
            "[team]\naws_access_key_id = TEAM\naws_secret_access_key = s1\n[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s2\n"
            .write(toFile: directory + "/credentials", atomically: true, encoding: .utf8)
        try "[profile team]\nregion = eu-north-1\nendpoint_url = http://team\n"
            .write(toFile: directory + "/config", atomically: true, encoding: .utf8)
        let location = ModelSource.S3Location(bucket: "b", prefix: "p")
        let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s3", "AWS_PROFILE": "team"]
        func environment(_ variables: [String: String]) -> FetchEnvironment {
            FetchEnvironment(
                variables: variables.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 }, homeDirectory: scratch.path)
        }
        func named(_ profile: String?) -> CredentialRequest {
            var request = CredentialRequest()
            request.awsProfile = profile
            return request
        }
        func accessKey(_ variables: [String: String], profile: String? = nil) async throws -> String? {
            let environment = environment(variables)
            let context = FetchContext(downloader: Downloader(environment: environment), observer: SilentObserver())
            let chain = AWSCredentialChain(
                request: named(profile), environment: environment, profiles: AWSProfiles(environment),
                region: "us-east-1", context: context)
            return try await chain.resolve()?.accessKey
        }
        func configuration(_ variables: [String: String]) throws -> S3Configuration {
            let environment = environment(variables)
            return try S3Configuration(location, named(nil), AWSProfiles(environment), environment)
        }
        #expect(try await accessKey(keys) == "ENV")
        #expect(try await accessKey(keys, profile: "team") == "TEAM")
        #expect(try await accessKey([:]) == "DEFAULT")
        await #expect(throws: FetchError.self) { _ = try await accessKey([:], profile: "nobody") }
        #expect(try configuration(keys).region == "eu-north-1")
        #expect(try configuration([:]).region == "us-east-1")
        #expect(try configuration(keys).endpoint == "http://team")
        #expect(try configuration(keys.merging(["AWS_ENDPOINT_URL": "http://all"]) { $1 }).endpoint == "http://all")
        let both = ["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"]
        #expect(try configuration(both).endpoint == "http://s3")
        #expect(
            try configuration(both.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 }).endpoint == nil)
    }
}
