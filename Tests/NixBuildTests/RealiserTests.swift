import Foundation
import NixFormats
import NixStore
import Testing

@testable import NixBuild

@Suite struct RealiserTests {
    private func error(_ realiser: Realiser, _ paths: [StorePath], outputs: SortedSet<ByteString> = ["out"]) async
        -> RealisationError?
    {
        // A realisation waits for asynchronous work, so it must not wait on one of the threads that do it.
        await onThread {
            do throws(RealisationError) {
                try realiser.realise(paths.map { BuildRequest(derivation: $0, outputs: outputs) })
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func buildsWithTheEnvironmentThatNixGives() async throws {
        let store = try BuildTestStore()
        let path = try store.derivation("a", script: "echo $foo $HOME $PATH $NIX_LOG_FD $TERM > $out; echo hello")
        #expect(await error(store.realiser { $0.logLines = 3 }, [path]) == nil)
        let text = try String(contentsOfFile: store.realOutput(path), encoding: .utf8)
        #expect(text == "/homeless-shelter /path-not-set 2 xterm-256color\n")
        #expect(store.reported == ["planned 1", "building a.drv", "a> hello"])
        // It is valid now: nothing more to do.
        #expect(await error(store.realiser(), [path]) == nil)
        #expect(store.reported.count == 3)
    }

    @Test func failureShowsTheEndOfTheLog() async throws {
        let store = try BuildTestStore()
        let path = try store.derivation("f", script: "for i in 1 2 3; do echo l$i; done; echo; exit 3")
        let output = store.printed(
            try #require(try store.store.readDerivation(path).outputPath("out", in: store.store.layout.storeDirectory)))
        let message = """
            Cannot build '\(store.printed(path))'.
            Reason: builder failed with exit code 3.
            Output paths:
              \(output)
            Last 3 log lines:
            > l2
            > l3
            >
            For full logs, run:
              nix log \(store.printed(path))
            """
        let error = await error(store.realiser { $0.logLines = 3 }, [path])
        #expect(error?.message == message)
        #expect(error?.legacyExitCode == 100)
    }

    @Test func dependentsOfAFailureFailWithIt() async throws {
        let store = try BuildTestStore()
        let dependency = try store.derivation("f", script: "kill -9 $$")
        let path = try store.derivation("g", script: "echo > $out", inputs: [dependency])
        let error = await error(store.realiser { $0.logLines = 0 }, [path])
        #expect(
            error?.message.hasPrefix("Cannot build '\(store.printed(path))'.\nReason: 1 dependency failed.\n")
                == true)
        let reported = try #require(store.reported.last)
        #expect(
            reported.hasPrefix(
                "error: Cannot build '\(store.printed(dependency))'.\nReason: builder failed due to signal 9 (Killed).\n"
            ))
    }

    @Test func aMissingOutputIsNamed() async throws {
        let store = try BuildTestStore()
        let path = try store.derivation("no", script: "true")
        let output = store.store.layout.storeDirectory.print(
            try #require(try store.store.readDerivation(path).outputPath("out", in: store.store.layout.storeDirectory)))
        #expect(
            await error(store.realiser(), [path])?.message
                == "builder for '\(store.printed(path))' failed to produce output path for output 'out' at \"\(output)\""
        )
    }

    @Test func mismatchIsWordedAsNixWordsItAndKeepsWhatWasGot() async throws {
        let store = try BuildTestStore()
        let url = try store.file("data", "hello\n")
        let environment = ["url": url]
        let path = try store.fixed("m", builder: "builtin:fetchurl", hash: .fake(.sha256), environment: environment)
        // printf 'hello\n' | sha256sum
        let got = try NixHash(
            parsing: "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", expected: .sha256)
        let error = await error(store.realiser(), [path])
        #expect(
            error?.message == """
                hash mismatch in fixed-output derivation '\(store.printed(path))':
                  specified: sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
                     got:    sha256-WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=
                """)
        #expect(error?.legacyExitCode == 102)
        // With the right hash nothing is fetched: the file may be gone.
        try FileManager.default.removeItem(atPath: "\(store.folder)/data")
        let corrected = try store.fixed("m", builder: "builtin:fetchurl", hash: got, environment: environment)
        #expect(await self.error(store.realiser(), [corrected]) == nil)
    }

    @Test func allMismatchesAreShownWithKeepGoing() async throws {
        let store = try BuildTestStore()
        let paths = try ["b", "a"].map { name in
            try store.fixed(
                name, builder: "builtin:fetchurl", hash: .fake(.sha256),
                environment: ["url": try store.file(name, name)])
        }
        let error = await error(store.realiser { $0.keepGoing = true }, paths)
        let names = paths.map { "'\(store.printed($0))^out'" }.sorted().joined(separator: ", ")
        #expect(error?.message == "build of \(names) failed")
        let blocks = store.reported.filter { $0.hasPrefix("error: hash mismatch") }
        #expect(blocks.count == 2)
        #expect(blocks.first?.contains(store.printed(paths[0])) == true)
    }

    @Test func anotherPlatformIsRefused() async throws {
        let store = try BuildTestStore()
        let path = try store.derivation("s", script: "true")
        let error = await error(store.realiser { $0.systems = ["aarch64-linux"] }, [path])
        #expect(
            error?.message == """
                Cannot build '\(store.printed(path))'.
                Reason: platform mismatch
                Required system: 'x86_64-linux'
                Current system: 'aarch64-linux'
                """)
    }

    @Test func offlineRefusesTheNetworkOnly() async throws {
        let store = try BuildTestStore()
        let path = try store.fixed(
            "m", builder: "builtin:fetchurl", hash: .fake(.sha256), environment: ["url": "https://example.invalid/x"])
        let error = await error(store.realiser { $0.isOffline = true }, [path])
        #expect(
            error?.message.contains("> error: cannot fetch 'https://example.invalid/x': --offline forbids it") == true)
    }

    @Test func aChrootStoreTurnsRealPathsBack() async throws {
        let store = try BuildTestStore(isChroot: true)
        let first = try store.derivation("first", script: "echo content > $out")
        let firstOutput = try #require(
            try store.store.readDerivation(first).outputPath("out", in: store.store.layout.storeDirectory))
        let path = try store.derivation(
            "second", script: "/bin/cat $first > /dev/null && echo $first > $out",
            environment: ["first": store.printed(firstOutput)], inputs: [first])
        #expect(await error(store.realiser(), [path]) == nil)
        let text = try String(contentsOfFile: store.realOutput(path), encoding: .utf8)
        #expect(text == "/nix/store/\(firstOutput)\n")
        let output = try #require(
            try store.store.readDerivation(path).outputPath("out", in: store.store.layout.storeDirectory))
        #expect(try store.store.requireInfo(output).references == [firstOutput])
    }

    @Test func outputsThatReferToEachOtherAreRegisteredInOrder() async throws {
        let store = try BuildTestStore()
        let path = try store.derivation(
            "two", script: "echo $b > $a; echo b > $b", outputs: ["a", "b"])
        #expect(await error(store.realiser(), [path], outputs: []) == nil)
        let names = try store.store.readDerivation(path)
        let first = try #require(try names.outputPath("a", in: store.store.layout.storeDirectory))
        let second = try #require(try names.outputPath("b", in: store.store.layout.storeDirectory))
        #expect(try store.store.requireInfo(first).references == [second])
    }
}
