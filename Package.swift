// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dify-exporter",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "dify-exporter", targets: ["dify-exporter"])
    ],
    targets: [
        // The ground floor.
        .target(name: "CBuildInfo"),
        .target(name: "CStartup"),
        .target(name: "CCurl"),
        .target(name: "COpenSSL"),
        .target(name: "CPlatform"),
        .target(name: "CZlib"),
        .target(name: "Platform"),
        .target(name: "Bytes"),
        .target(name: "CivilTime", dependencies: ["Platform"]),
        .target(name: "JSON", dependencies: ["Bytes"]),
        .target(name: "Metrics", dependencies: ["Bytes", "Platform"]),
        .target(name: "Storage", dependencies: ["Bytes", "Platform"]),

        // The two that talk to the world. They do not know each other.
        .target(name: "DifyAPI", dependencies: ["Bytes", "CCurl", "CivilTime", "JSON", "Platform"]),
        .target(
            name: "HTTPEndpoint", dependencies: ["Bytes", "CivilTime", "COpenSSL", "CPlatform", "CZlib", "Platform"]),

        // The heart, and a Dify to try it on.
        .target(name: "LogCollection", dependencies: ["Bytes", "CivilTime", "DifyAPI", "Metrics", "Platform"]),
        .target(
            name: "DifySimulator", dependencies: ["Bytes", "CivilTime", "DifyAPI", "HTTPEndpoint", "JSON", "Platform"]),

        // The program.
        .target(
            name: "Exporter",
            dependencies: [
                "Bytes", "CBuildInfo", "CivilTime", "DifyAPI", "HTTPEndpoint", "JSON", "LogCollection", "Metrics",
                "Platform",
                "Storage",
            ]),
        .executableTarget(
            name: "dify-exporter",
            dependencies: [
                "Bytes", "CStartup", "CivilTime", "DifyAPI", "DifySimulator", "Exporter", "HTTPEndpoint", "JSON",
                "LogCollection", "Metrics", "Platform", "Storage",
            ],
            // Nothing that is loaded calls into the program: without a table of its names it is smaller.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux]))]),

        // Thousands of simulated hours: in the tests a few, by `swift run -c release simulation` as many as one likes.
        .target(
            name: "CollectionSimulation",
            dependencies: ["CivilTime", "DifyAPI", "DifySimulator", "LogCollection", "Metrics", "Platform", "Storage"],
            path: "Tests/CollectionSimulation"),
        .executableTarget(
            name: "simulation",
            dependencies: ["CivilTime", "CollectionSimulation", "DifyAPI", "LogCollection", "Platform", "Storage"],
            path: "Tests/SimulationRunner"),

        // One state for the tests of the formats, their bench and their check against other programs.
        .target(name: "MetricsFixtures", dependencies: ["Metrics"], path: "Tests/MetricsFixtures"),
        .executableTarget(
            name: "metrics-bench", dependencies: ["HTTPEndpoint", "Metrics", "MetricsFixtures", "Platform"],
            path: "Tests/MetricsBench"),
        .executableTarget(
            name: "json-bench", dependencies: ["CivilTime", "DifyAPI", "LogCollection"], path: "Tests/JSONBench"),

        .target(name: "TestSupport", dependencies: ["Platform"], path: "Tests/TestSupport"),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
        .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"]),
        .testTarget(name: "JSONTests", dependencies: ["Bytes", "JSON", "TestSupport"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "MetricsFixtures", "Platform", "TestSupport"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage"]),
        .testTarget(
            name: "DifyAPITests", dependencies: ["DifyAPI", "HTTPEndpoint", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "HTTPEndpointTests",
            dependencies: ["HTTPEndpoint", "Metrics", "MetricsFixtures", "Platform", "TestSupport"]),
        .testTarget(
            name: "LogCollectionTests",
            dependencies: ["Bytes", "CollectionSimulation", "DifySimulator", "LogCollection", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "DifySimulatorTests", dependencies: ["DifySimulator"]),
        .testTarget(name: "DeployTests", dependencies: ["CivilTime", "Exporter", "JSON", "Metrics", "TestSupport"]),
        // The program itself, as it is built beside the tests.
        .testTarget(
            name: "ProgramTests",
            dependencies: ["CivilTime", "DifySimulator", "Exporter", "HTTPEndpoint", "Platform", "TestSupport"]),
        .testTarget(name: "ExporterTests", dependencies: ["DifySimulator", "Exporter", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// What the tests compute with for minutes, a thousand simulated hours among it, is optimised for them too; its assertions stay.
let computing: Set = ["Bytes", "CollectionSimulation", "DifyAPI", "DifySimulator", "JSON", "LogCollection", "Metrics"]
for target in package.targets where computing.contains(target.name) {
    target.swiftSettings = [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]
}
