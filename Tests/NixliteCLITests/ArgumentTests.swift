import ArgumentParser
import NixBuild
import Testing

@testable import NixliteCLI

@Suite struct ArgumentTests {
    @Test func twoWordsOfAPairedFlagAreJoined() throws {
        let words = try PairedFlags.join(["eval", "--arg", "x", "1 + 1", "f", "--", "--arg"])
        #expect(words == ["eval", "--arg", "x\u{0}1 + 1", "f", "--", "--arg"])
        let pair = try #require(ArgumentPair(argument: words[2]))
        #expect(pair.name == "x" && pair.value == "1 + 1")
    }

    /// Nix 2.34: `nix eval --arg x`.
    @Test func aPairedFlagNeedsTwoWords() {
        let error = #expect(throws: UsageError.self) { try PairedFlags.join(["eval", "--arg", "x"]) }
        #expect(error?.message == "flag '--arg' requires 2 argument(s), but only 1 were given")
    }

    @Test(arguments: [
        (["eval", "--store", "s", "x"], ["eval"], ["--store", "s", "x"]),
        (["--store", "s", "eval", "x"], ["eval"], ["--store", "s", "x"]),
        (["hash", "--store", "s", "path", "x"], ["hash", "path"], ["--store", "s", "x"]),
        (["hash", "file", "path"], ["hash", "file"], ["path"]),
        (["shell", "--", "eval"], ["shell"], ["--", "eval"]),
        (["zork", "eval"], [], ["zork", "eval"]),
    ])
    func commandsAreFoundBehindFlags(_ words: [String], _ names: [String], _ rest: [String]) {
        let choice = CommandChoice(words)
        #expect(choice.names == names)
        #expect(choice.words == rest)
    }

    /// Nix 2.34's words for the same mistakes.
    @Test(arguments: [
        (["eval", "--bogus"], "unrecognised flag '--bogus'"),
        (["eval", "--expr"], "flag '--expr' requires 1 argument(s), but only 0 were given"),
        (["hash", "path"], "missing expected argument '<paths> ...'"),
    ])
    func mistakesAreWordedAsInNix(_ words: [String], _ message: String) {
        do {
            _ = try CommandChoice(words).parse()
            Issue.record("no error")
        } catch {
            #expect(UsageError(parserMessage: NixliteCommand.message(for: error)).message == message)
        }
    }

    @Test func valuesMayBeginWithADash() throws {
        let command = try #require(try CommandChoice(["eval", "-E", "-1", "--json"]).parse() as? EvalCommand)
        #expect(command.installable.expr == "-1")
        #expect(command.json)
    }

    @Test func theCommandOfAShellIsLeftAlone() throws {
        let command = try #require(
            try CommandChoice(["shell", ".", "--", "python", "-c", "--json"]).parse() as? ShellCommand)
        #expect(command.installable == ".")
        #expect(command.command == ["python", "-c", "--json"])
    }

    @Test func searchPathsKeepAddressesWhole() {
        let entries = SearchPathEntry.list("nixpkgs=/a:https://x.org/b.tar.gz:c=channel:nixos-25.05:/d")
        #expect(entries.map(\.prefix) == ["nixpkgs", "", "c", ""])
        #expect(entries.map(\.path) == ["/a", "https://x.org/b.tar.gz", "channel:nixos-25.05", "/d"])
    }

    @Test func olderProgramsAreKnownByName() {
        #expect(Invocation(["/usr/bin/nix-instantiate", "--eval"]).arguments == ["instantiate", "--eval"])
        #expect(Invocation(["nixlite", "eval"]).program == "nixlite")
    }
}
