// swift-tools-version: 6.3
// Targets are declared in pipeline order: text → tokens → AST → values → derivations → fetch → store → shell.
// An arrow of the pipeline only ever points back to an earlier target (Documentation/Architecture.md).

import PackageDescription

/// Settings of every Swift target of ours: warnings are errors, and what a file imports is its own business.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "nixlite",
    products: [
        .executable(name: "nixlite", targets: ["nixlite"]),
        // For Fuzz/run alone.
        .library(name: "FuzzTargets", type: .static, targets: ["FuzzTargets"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: text → tokens → AST
        // Stack bounds and register spilling for the conservative scan: what Swift cannot express.
        .target(name: "CStack"),
        .target(name: "NixSyntax", dependencies: ["CStack"], swiftSettings: strict),
        .testTarget(name: "NixSyntaxTests", dependencies: ["NixSyntax"], swiftSettings: strict),

        // MARK: the bytes Nix agreed on
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Two SHA-256 messages at once with the processor's instructions, which Swift cannot express.
        .target(name: "CDigestPair"),
        // BLAKE3, which libcrypto does not have, in vectors of the width that the processor has.
        .target(name: "CBlake3"),
        .target(name: "NixFormats", dependencies: ["CCrypto", "CDigestPair", "CBlake3"], swiftSettings: strict),
        .testTarget(
            name: "NixFormatsTests", dependencies: ["NixFormats"], exclude: ["Golden"], swiftSettings: strict),

        // MARK: AST → resolved code → values (one module, because it is the hot one)
        // The bundled `nix/` files, embedded at compile time.
        .target(name: "CNixModules"),
        .target(
            name: "NixEval",
            dependencies: ["NixSyntax", "NixFormats", "CNixModules", "CStack"],
            swiftSettings: strict),
        .testTarget(name: "NixEvalTests", dependencies: ["NixEval"], swiftSettings: strict),

        // MARK: URL → verified bytes or tree
        // Headers only: no `pkgConfig`, because that would link the libraries, which are loaded on first use.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // The calls around posix_spawn that Swift's view of glibc's headers leaves out.
        .target(name: "CProcess"),
        .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
        // Reserving blocks, which the Glibc module leaves out.
        .systemLibrary(name: "CFallocate"),
        .target(
            name: "NixFetch", dependencies: ["NixFormats", "CCurl", "CArchive", "CFallocate", "CProcess"],
            swiftSettings: strict),
        .testTarget(name: "NixFetchTests", dependencies: ["NixFetch"], swiftSettings: strict),

        // MARK: the store on disk
        // Extended attributes, which the Glibc module leaves out.
        .systemLibrary(name: "CXattr"),
        // GRDBSQLite is SQLite's own header, for the one setting of Nix's that GRDB does not offer.
        .target(
            name: "NixStore",
            dependencies: [
                "NixFetch", "NixFormats", "CXattr", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(name: "NixStoreTests", dependencies: ["NixStore"], swiftSettings: strict),

        // MARK: derivation → store object → shell; joins evaluator and store
        .target(
            name: "NixBuild",
            dependencies: [
                "NixEval", "NixStore", "NixFetch", "NixFormats", "NixSyntax", "CNixModules", "CProcess", "Yams",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "NixBuildTests", dependencies: ["NixBuild", "NixStore", "NixFetch", "NixFormats"],
            swiftSettings: strict),

        // MARK: the program
        .target(
            name: "NixliteCLI",
            dependencies: ["NixBuild", "NixEval", "NixFetch", "NixStore", "NixFormats", "NixSyntax"],
            swiftSettings: strict),
        .testTarget(
            name: "NixliteCLITests", dependencies: ["NixliteCLI", "NixBuild", "NixFetch"], swiftSettings: strict),
        .executableTarget(name: "nixlite", dependencies: ["NixliteCLI"], swiftSettings: strict),

        // MARK: whole-program checks
        // What fuzzers call; Fuzz/run links its library with libFuzzer.
        .target(
            name: "FuzzTargets",
            dependencies: ["NixBuild", "NixEval", "NixFetch", "NixFormats", "NixStore", "NixSyntax"],
            path: "Fuzz/Targets", swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "NixEval"], swiftSettings: strict),
        .testTarget(name: "CorpusTests", dependencies: [], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)
