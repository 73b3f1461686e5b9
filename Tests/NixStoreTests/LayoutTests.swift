import Foundation
import NixFormats
import NixStore
import Testing

/// Which store is meant.
///
/// The rules and the places are those of Nix 2.34.
struct LayoutTests {
    private let directory: TemporaryDirectory
    private var environment: StoreEnvironment

    init() throws {
        directory = try TemporaryDirectory()
        environment = StoreEnvironment(
            dataDirectory: directory.path.appending("data/nix"), userIsRoot: false, workingDirectory: "/here/dir")
        environment.systemStateDirectory = directory.path.appending("system")
    }

    private func reference(_ text: String) throws -> StoreReference {
        try StoreReference(parsing: Array(text.utf8), workingDirectory: "/here/dir")
    }

    @Test(arguments: [
        ("/tmp/a", "/tmp/a"), ("./a", "/here/dir/a"), ("../a/", "/here/a"), ("/tmp/b%20c", "/tmp/b%20c"),
        ("local?root=/tmp/d%20e", "/tmp/d e"), ("local:///tmp/f%20g", "/tmp/f g"), ("local://?root=/x", "/x"),
        ("/tmp/p?root=/tmp/q", "/tmp/q"), ("/tmp/r?unknown=1", "/tmp/r"),
    ])
    func chrootStores(text: String, root: String) throws {
        let choice = try StoreChoice(reference(text), in: environment)
        #expect(choice.layout == StoreLayout(chroot: RealPath(root)))
        #expect(choice.notice == nil)
    }

    @Test(arguments: [
        "word", "ssh://host", "dummy://x", "dummy://?read-only=false", "local?root", "local?root=%zz", "https://x/y",
        "local?root=%00",
    ])
    func refusedReferences(text: String) throws {
        #expect(throws: StoreError.self) { try reference(text) }
    }

    @Test func settingsAndVariables() throws {
        let choice = try StoreChoice(reference("local?root=/r&state=/s&real=/e&store=/l&log=/g"), in: environment)
        #expect(
            choice.layout
                == StoreLayout(
                    storeDirectory: StoreDirectory("/l"), realStoreDirectory: "/e", stateDirectory: "/s",
                    logDirectory: "/g"))
        var environment = environment
        environment.storeDirectory = "/own/store"
        environment.stateDirectory = "/own/var"
        let own = try StoreChoice(reference("local"), in: environment).layout
        #expect(own.storeDirectory == StoreDirectory("/own/store"))
        #expect(own.realStoreDirectory == "/own/store")
        #expect(own.stateDirectory == "/own/var")
        // A chroot store keeps the logical folder of the variable and has everything else below its root.
        let chroot = try StoreChoice(reference("/c"), in: environment).layout
        #expect(chroot.storeDirectory == StoreDirectory("/own/store"))
        #expect(chroot.realStoreDirectory == "/c/nix/store")
        #expect(chroot.stateDirectory == "/c/nix/var/nix")
        environment.remote = Array("local?root=/remote".utf8)
        #expect(try StoreChoice(nil, in: environment).layout.realStoreDirectory == "/remote/nix/store")
    }

    @Test func automaticChoice() throws {
        let chroot = StoreLayout(chroot: directory.path.appending("data/nix/root"))
        let without = try StoreChoice(nil, in: environment)
        #expect(without.layout == chroot)
        #expect(
            without.notice
                == "'\(environment.systemStateDirectory)' does not exist, so Nix will use '\(directory.path.appending("data/nix/root"))' as a chroot store"
        )
        try run("/bin/mkdir", ["-p", directory.path.appending("data/nix/root").description])
        #expect(try StoreChoice(nil, in: environment) == StoreChoice(layout: chroot))

        var asRoot = environment
        asRoot.userIsRoot = true
        #expect(try StoreChoice(nil, in: asRoot).layout.realStoreDirectory == "/nix/store")
        var withVariable = environment
        withVariable.storeDirectory = "/own/store"
        #expect(try StoreChoice(nil, in: withVariable).layout.realStoreDirectory == "/own/store")

        // With a daemon and no right to write to its state the user's own store is taken, and said so.
        var withDaemon = environment
        withDaemon.daemonSocket = try directory.write("socket", "")
        let daemon = try StoreChoice(nil, in: withDaemon)
        #expect(daemon.layout == chroot)
        #expect(daemon.notice?.contains("daemon") == true)
        #expect(try StoreChoice(StoreReference(.daemon), in: environment).layout == chroot)

        try run("/bin/mkdir", ["-p", environment.systemStateDirectory.description])
        let local = try StoreChoice(nil, in: withDaemon)
        #expect(local.layout.stateDirectory == environment.systemStateDirectory)
        #expect(local.notice == nil)
    }

    @Test func logicalAndRealPaths() throws {
        let layout = StoreLayout(chroot: "/r")
        let path = try StorePath.named("qa1w9gdfrba6jl2r57mb3c43863gqywp-hello.txt")
        #expect(layout.realPath(path) == RealPath("/r/nix/store/\(path)"))
        #expect(layout.realPath(logical: Array("/nix/store/\(path)/x".utf8)) == RealPath("/r/nix/store/\(path)/x"))
        #expect(layout.realPath(logical: Array("/etc/passwd".utf8)) == nil)
        #expect(layout.logicalPath(real: RealPath("/r/nix/store/\(path)/x")) == "/nix/store/\(path)/x".bytes)
        #expect(layout.logicalPath(real: "/r/nix/storehouse") == nil)
    }
}
