import Testing

@testable import NixFetch

@Suite struct AWSTests {
    @Test(
        arguments: [
            ("/bin/program one  two", ["/bin/program", "one", "two"]),
            (#""/with blank/p" 'a "b"' c\ d "e\"f\n""#, ["/with blank/p", #"a "b""#, "c d", #"e"f\n"#]),
            (#"p '' """#, ["p", "", ""]), (#"p 'open"#, nil), (#"p \"#, nil), ("", []),
        ] as [(String, [String]?)]
    )
    func wordsOfACommand(_ text: String, _ words: [String]?) {
        #expect(AWSCredentialProcess.words(text) == words)
    }

    @Test func times() {
        #expect(AWSDate.seconds("2024-05-06T07:08:09Z") == 1_714_979_289)
        #expect(AWSDate.seconds("2024-05-06T07:08:09.123Z") == 1_714_979_289)
        #expect(AWSDate.seconds("2024-05-06T09:08:09+02:00") == 1_714_979_289)
        #expect(AWSDate.seconds("2024-05-06T07:08:09UTC") == 1_714_979_289)
        #expect(AWSDate.seconds("soon") == nil)
        #expect(AWSDate.text(1_714_979_289) == "2024-05-06T07:08:09Z")
    }

    @Test func helpersSeeTheirInputAndEnd() async throws {
        let program = HelperProgram(
            command: ["sh", "-c", "cat; echo $NAME; echo bad >&2; exit 3"],
            environment: ["PATH": "/usr/bin:/bin", "NAME": "value"], input: [UInt8](repeating: 65, count: 300_000))
        let output = try await program.run()
        #expect(output.status == 3)
        #expect(output.bytes.count == 300_000 + 6)
        #expect(output.errors == "bad\n")
        let none = HelperProgram(command: ["no-such-program"], environment: [:])
        await #expect(throws: HelperProgram.Failure.self) { _ = try await none.run() }
    }

    /// What stays in the background keeps the pipes, and nobody waits for it.
    @Test(.timeLimit(.minutes(1))) func helpersMayLeaveSomethingBehind() async throws {
        let program = HelperProgram(
            command: ["sh", "-c", "sleep 300 & echo done"], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await program.run().text == "done\n")
    }

    @Test(.timeLimit(.minutes(1))) func cancellingEndsAHelper() async throws {
        let program = HelperProgram(
            command: ["sh", "-c", "sleep 1000 & wait"], environment: ["PATH": "/usr/bin:/bin"])
        let task = Task { try await program.run() }
        task.cancel()
        await #expect(throws: HelperProgram.Failure.self) { _ = try await task.value }
    }
}
