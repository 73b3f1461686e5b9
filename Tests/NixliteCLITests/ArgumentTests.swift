import NixBuild
import Testing

@testable import NixliteCLI

@Suite struct ArgumentTests {
    private func parse<Found: Command>(_ words: [String], as type: Found.Type) throws -> Found {
        try #require(try CommandChoice(words).parse() as? Found)
    }

    @Test func aPairedFlagTakesTwoWords() throws {
        let command = try parse(["eval", "--arg", "x", "1 + 1", "--arg", "--y", "-2", "f"], as: EvalCommand.self)
        #expect(command.evaluation.arg.map(\.name) == ["x", "--y"])
        #expect(command.evaluation.arg.map(\.value) == ["1 + 1", "-2"])
        #expect(command.installable.installables == ["f"])
    }

    @Test func lettersMayBeJoined() throws {
        let command = try parse(["build", "-kLvv", "-j4", "-I/a", "-I", "/b", "--cores=2"], as: BuildCommand.self)
        #expect(command.build.keepGoing && command.global.printBuildLogs && command.global.verbose == 2)
        #expect(command.build.maxJobs == "4" && command.build.cores == 2)
        #expect(command.evaluation.include == ["/a", "/b"])
    }

    @Test func theLastValueCounts() throws {
        let command = try parse(["build", "-o", "a", "--out-link", "b"], as: BuildCommand.self)
        #expect(command.outLink == "b")
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
        (["eval", "--raw=1"], "unrecognised flag '--raw=1'"),
        (["eval", "-vvQ"], "unrecognised flag '-Q'"),
        (["eval", "--arg", "x"], "flag '--arg' requires 2 argument(s), but only 1 were given"),
        (["build", "--cores", "x"], "setting 'cores' has invalid value 'x'"),
        (["build", "--log-format", "zork"], "option 'log-format' has an invalid value 'zork'"),
        (["zork"], "'zork' is not a recognised command"),
        ([], "no subcommand specified"),
        (["eval", "--expr"], "flag '--expr' requires 1 argument(s), but only 0 were given"),
        (["hash", "path"], "missing expected argument '<paths> ...'"),
    ])
    func mistakesAreWordedAsInNix(_ words: [String], _ message: String) {
        let error = #expect(throws: UsageError.self) { try CommandChoice(words).parse() }
        #expect(error?.message == message)
    }

    @Test func valuesMayBeginWithADash() throws {
        let command = try parse(["eval", "-E", "-1", "--json"], as: EvalCommand.self)
        #expect(command.installable.expr == "-1")
        #expect(command.json)
    }

    @Test func theCommandOfAShellIsLeftAlone() throws {
        let command = try parse(["shell", ".", "--", "python", "-c", "--json"], as: ShellCommand.self)
        #expect(command.installable == ".")
        #expect(command.command == ["python", "-c", "--json"])
    }

    /// What a command declares is what its help lists.
    @Test func helpListsFlagsAndArguments() throws {
        let choice = CommandChoice(["eval"])
        let text = HelpText.text(choice.entry, names: ["nixlite", "eval"])
        #expect(text.contains("USAGE: nixlite eval [<options>] [<installables> ...]\n"))
        #expect(text.contains("\n  --arg <name> <expression>"))
        #expect(!text.contains("--pure-eval"))
    }

    @Test func searchPathsKeepAddressesWhole() {
        let entries = SearchPathEntry.list("nixpkgs=/a:https://x.org/b.tar.gz:c=channel:nixos-25.05:/d")
        #expect(entries.map(\.prefix) == ["nixpkgs", "", "c", ""])
        #expect(entries.map(\.path) == ["/a", "https://x.org/b.tar.gz", "channel:nixos-25.05", "/d"])
    }

    @Test func olderProgramsAreKnownByName() {
        let older = Invocation(["/usr/bin/nix-instantiate", "--eval"])
        #expect(older.program == "nix-instantiate")
        #expect(older.arguments == ["--eval"])
        #expect(Invocation(["nixlite", "eval"]).program == "nixlite")
    }

    /// Nix 2.34: every setting is a flag of every command.
    @Test func settingsAreFlags() throws {
        let words = ["eval", "--connect-timeout", "5", "--no-substitute", "--cores", "2", "x"]
        let command = try #require(try CommandChoice(words).parse() as? EvalCommand)
        #expect(command.global.nixSettings.map(\.name) == ["connect-timeout", "substitute"])
        #expect(command.global.nixSettings.map(\.value) == ["5", "false"])
        #expect(command.build.cores == 2)
        let error = #expect(throws: UsageError.self) { try CommandChoice(["eval", "--connect-timeout"]).parse() }
        #expect(error?.message == "flag '--connect-timeout' requires 1 argument(s), but only 0 were given")
    }
}
