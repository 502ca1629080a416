// swift-tools-version: 6.2
// Rinda: the job engine and the plan monitoring of a planning region, on PostgreSQL alone.

import PackageDescription

let package = Package(
    name: "rinda",
    products: [
        .executable(name: "rinda", targets: ["Admin"]),
        .executable(name: "rinda-worker", targets: ["Worker"]),
        .executable(name: "rinda-scheduler", targets: ["Scheduler"]),
        .executable(name: "rinda-bench", targets: ["Bench"]),
        .executable(name: "rinda-chaos", targets: ["Chaos"]),
    ],
    dependencies: [
        // The command's grammar, help, completions and man pages.
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        // One logging interface, with metadata carried along a task.
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        // Configuration from a YAML file and the environment, with the origin of every value.
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        // SHA-256 and SHA-512: snapshot hashes, migration checksums, package manifests.
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        // Integers without bound: exact fractions must never overflow.
        .package(url: "https://github.com/attaswift/BigInt.git", from: "6.0.1"),
        // YAML files of schedules; swift-configuration reads its own with it too.
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        // Templates of mails and reports as files that people can edit.
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.0"),
    ],
    targets: [
        // C libraries: their headers and link flags, nothing else.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Dates, instants, zones and working days: values that every module speaks.
        .target(name: "Civil"),
        // libpq as Swift. Knows no jobs.
        .target(
            name: "Postgres",
            dependencies: ["CLibPQ", "Civil", .product(name: "Crypto", package: "swift-crypto")]),
        // The numbered migrations, embedded in the binaries.
        .target(
            name: "Migrations", dependencies: ["Postgres"], path: "sql",
            exclude: ["README.md", "schema.sql"], sources: ["Migrations.swift"],
            resources: [.embedInCode("migrations")]),
        // The job engine. Knows no municipalities.
        .target(
            name: "Queue",
            dependencies: ["Postgres", "Civil", .product(name: "Logging", package: "swift-log")]),
        // Plan monitoring, pure: no I/O.
        .target(
            name: "Domain",
            dependencies: [
                "Civil", .product(name: "BigInt", package: "BigInt"), .product(name: "Crypto", package: "swift-crypto"),
            ]),
        // For those who write handlers: run them inline, drain a test database in one call, set its clock.
        .target(
            name: "QueueTesting",
            dependencies: ["Queue", "Postgres", "Civil", .product(name: "Logging", package: "swift-log")]),
        // Domain's tables: load, store, import, export.
        .target(name: "Registry", dependencies: ["Postgres", "Domain", "Queue", "Civil"]),
        // What every daemon shares: configuration, logs, signals.
        .target(
            name: "Service",
            dependencies: [
                "Postgres", "Civil", .product(name: "Logging", package: "swift-log"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]),
        // Messages and SMTP. Knows no obligations.
        .target(name: "Mail", dependencies: ["CCurl", "Civil"]),
        // BagIt packages on disk.
        .target(name: "Archive", dependencies: ["Civil", .product(name: "Crypto", package: "swift-crypto")]),
        // Reports and notices as text and HTML, from templates.
        .target(
            name: "Rendering",
            dependencies: ["Domain", "Civil", .product(name: "Mustache", package: "swift-mustache")],
            resources: [.embedInCode("Templates")]),

        .executableTarget(
            name: "Worker",
            dependencies: [
                "Queue", "Registry", "Service", "Domain", "Mail", "Archive", "Rendering", "Migrations", "Postgres",
                "Civil", .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .executableTarget(
            name: "Scheduler",
            dependencies: [
                "Queue", "Service", "Migrations", "Postgres", "Civil", .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "Admin",
            dependencies: [
                "Queue", "Registry", "Service", "Domain", "Archive", "Mail", "Rendering", "Migrations", "Postgres",
                "Civil",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ]),

        // The benchmark's driver. Here and not in a package of its own, since it measures what no other package may see;
        // it adds no dependency.
        .executableTarget(
            name: "Bench",
            dependencies: [
                "Queue", "Postgres", "Migrations", "CLibPQ", "Civil",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], path: "Benchmarks/Driver"),

        // A database of its own for each suite, files and processes for tests.
        .target(name: "TestSupport", dependencies: ["Postgres", "Migrations", "Civil"], path: "Tests/Support"),
        .testTarget(name: "CivilTests", dependencies: ["Civil"]),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "Civil", "TestSupport"]),
        .testTarget(name: "QueueTests", dependencies: ["Queue", "Postgres", "Civil", "TestSupport"]),
        .testTarget(
            name: "QueueTestingTests",
            dependencies: [
                "Queue", "QueueTesting", "Postgres", "Civil", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "Civil"]),
        .testTarget(name: "RegistryTests", dependencies: ["Registry", "Domain", "Postgres", "Civil", "TestSupport"]),
        .testTarget(name: "ServiceTests", dependencies: ["Service", "Civil"]),
        .testTarget(name: "MailTests", dependencies: ["Mail", "Civil", "TestSupport"]),
        .testTarget(name: "ArchiveTests", dependencies: ["Archive", "Civil", "TestSupport"]),
        .testTarget(name: "RenderingTests", dependencies: ["Rendering", "Domain", "Civil"]),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "Queue", "Registry", "Service", "Domain", "Archive", "Postgres", "Civil", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "SystemTests",
            dependencies: ["Postgres", "Queue", "Registry", "Domain", "Civil", "TestSupport"]),
        // What must never happen, checked on the recorded history of a run; and the driver that makes such runs.
        .target(name: "ChaosHistory", dependencies: ["Postgres"], path: "Tests/Chaos/History"),
        .executableTarget(
            name: "Chaos", dependencies: ["ChaosHistory", "Queue", "Postgres", "Migrations", "Civil"],
            path: "Tests/Chaos/Driver"),
        .testTarget(
            name: "ChaosTests",
            dependencies: [
                "ChaosHistory", "Queue", "Postgres", "Civil", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .treatAllWarnings(as: .error),
    ]
}
