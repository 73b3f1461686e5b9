import NixBuild
import NixFormats

/// `nixlite key generate-secret`: a new key to sign with.
struct KeyGenerateCommand: Command {
    var global = GlobalArguments()
    var name: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try line.option("--key-name", sets: &name, "name", "The name of the key, such as cache.example.org-1.")
        try global.declare(&line)
    }

    func run() throws {
        guard let name else { throw UsageError("required argument '--key-name' is missing") }
        do throws(FormatError) {
            let key = try SecretKey(generatingWithName: ByteString(name))
            StandardStreams.output(key.printedSecret().bytes)
        } catch { throw CommandFailure(error.message) }
    }
}

/// `nixlite key convert-secret-to-public`: the public key of the secret one on standard input.
struct KeyConvertCommand: Command {
    var global = GlobalArguments()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) { try global.declare(&line) }

    func run() throws {
        var text = try SmallFile.read("/dev/stdin")
        while text.last == UInt8(ascii: "\n") { text.removeLast() }
        do throws(FormatError) {
            let key = try SecretKey(parsing: ByteString(text))
            StandardStreams.output(key.publicKey.printed().bytes)
        } catch { throw CommandFailure(error.message) }
    }
}
