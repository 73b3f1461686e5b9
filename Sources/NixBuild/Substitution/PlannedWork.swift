/// What has to be done so that requests are fulfilled, in printed paths, for whoever shows it.
package struct PlannedWork: Sendable, Equatable {
    /// Derivations to build, dependencies first.
    package var builds: [String] = []
    /// Objects to fetch from binary caches, by name.
    package var fetches: [String] = []
    /// Bytes of the archives of `fetches`, packed and unpacked.
    package var downloadSize: UInt64 = 0
    package var unpackedSize: UInt64 = 0
    /// Objects that nothing can make.
    package var unknown: [String] = []

    package init(builds: [String] = []) { self.builds = builds }

    package var isEmpty: Bool { builds.isEmpty && fetches.isEmpty && unknown.isEmpty }
}
