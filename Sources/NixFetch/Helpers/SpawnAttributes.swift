package import Glibc

/// How programs are started from here: with the signals as at a login, whatever this process does with them.
package enum SpawnAttributes {
    /// Calls `body` with attributes that reset mask and handlers of the signals, and have further flags.
    package static func with<Result>(_ flags: Int32 = 0, _ body: (inout posix_spawnattr_t) -> Result) -> Result {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | flags))
        return body(&attributes)
    }
}
