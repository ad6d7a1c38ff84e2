// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dify-exporter",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "dify-exporter", targets: ["dify-exporter"])
    ],
    targets: [
        // The ground: each stands alone.
        .target(name: "CBuildInfo"),
        .target(name: "CCurl"),
        .target(name: "CZlib"),
        .target(name: "CivilTime"),
        .target(name: "JSON"),
        .target(name: "Metrics", dependencies: ["CZlib"]),
        .target(name: "Storage"),

        // The three that talk to the world, and do not know each other's.
        .target(name: "DifyAPI", dependencies: ["CCurl", "CivilTime", "JSON"]),
        .target(name: "HTTPEndpoint", dependencies: ["CivilTime"]),

        // The heart, and a Dify to try it on.
        .target(name: "Collection", dependencies: ["CivilTime", "DifyAPI", "Metrics"]),
        .target(name: "DifySimulator", dependencies: ["CivilTime", "DifyAPI", "HTTPEndpoint", "JSON"]),

        // The program.
        .target(
            name: "Exporter",
            dependencies: [
                "CBuildInfo", "CivilTime", "Collection", "DifyAPI", "HTTPEndpoint", "JSON", "Metrics", "Storage",
            ]),
        .executableTarget(
            name: "dify-exporter",
            dependencies: [
                "CivilTime", "Collection", "DifyAPI", "DifySimulator", "Exporter", "HTTPEndpoint", "JSON", "Storage",
            ]),

        // Thousands of simulated hours: in the tests a few, by `swift run -c release simulation` as many as one likes.
        .target(
            name: "CollectionSimulation",
            dependencies: ["CivilTime", "Collection", "DifyAPI", "DifySimulator", "Metrics", "Storage"],
            path: "Tests/CollectionSimulation"),
        .executableTarget(
            name: "simulation",
            dependencies: ["CivilTime", "Collection", "CollectionSimulation", "DifyAPI", "Storage"],
            path: "Tests/SimulationRunner"),

        // One state for the tests of the formats, their bench and their check against other programs.
        .target(name: "MetricsFixtures", dependencies: ["Metrics"], path: "Tests/MetricsFixtures"),
        .executableTarget(
            name: "metrics-bench", dependencies: ["Metrics", "MetricsFixtures"], path: "Tests/MetricsBench"),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "MetricsFixtures", "TestSupport"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage"]),
        .testTarget(name: "DifyAPITests", dependencies: ["DifyAPI", "HTTPEndpoint"], resources: [.copy("Fixtures")]),
        .testTarget(name: "HTTPEndpointTests", dependencies: ["HTTPEndpoint"]),
        .testTarget(
            name: "CollectionTests",
            dependencies: ["Collection", "CollectionSimulation", "DifySimulator", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "DifySimulatorTests", dependencies: ["DifySimulator"]),
        .testTarget(name: "DeployTests", dependencies: ["CivilTime", "JSON", "Metrics", "TestSupport"]),
        .testTarget(name: "ExporterTests", dependencies: ["DifySimulator", "Exporter"]),
    ],
    swiftLanguageModes: [.v6]
)
