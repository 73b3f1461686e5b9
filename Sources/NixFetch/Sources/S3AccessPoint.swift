/// An access point, which stands for a bucket and has hosts of its own.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-access-points.html
struct S3AccessPoint: Sendable, Equatable {
    let name: String
    let account: String
    let region: String

    /// Reads `arn:aws:s3:<region>:<account>:accesspoint/<name>`; nil for what is no ARN.
    ///
    /// - Throws: for other kinds of ARN, and for access points of several regions, whose requests are signed otherwise.
    init?(_ text: String) throws(FetchError) {
        guard text.hasPrefix("arn:") else { return nil }
        func refusal(_ reason: String, hint: String? = nil) -> FetchError {
            FetchError(.badRequest, "'\(text.printable)' is not usable as a bucket: \(reason)", hint: hint)
        }
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6 else { throw refusal("it is no whole ARN") }
        guard parts[2] == "s3" else { throw refusal("it is an ARN of '\(parts[2].printable)', not of s3") }
        let resource = parts[5].split(whereSeparator: { $0 == "/" || $0 == ":" }).map(String.init)
        guard resource.count == 2, resource[0] == "accesspoint" else { throw refusal("it names no access point") }
        guard !parts[3].isEmpty else {
            throw refusal(
                "access points of several regions are not supported", hint: "name the access point of one region")
        }
        let isName: (String) -> Bool = { $0.isHostLabel && $0.utf8.count <= 63 }
        guard isName(parts[3]), isName(parts[4]), isName(resource[1]) else { throw refusal("it is malformed") }
        region = parts[3]
        account = parts[4]
        name = resource[1]
    }

    /// The first label of its host.
    var label: String { "\(name)-\(account)" }
}
