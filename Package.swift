// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dify-exporter",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CivilTime"),
        .target(name: "JSON"),
        .target(name: "HTTPEndpoint", dependencies: ["CivilTime"]),

        .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "HTTPEndpointTests", dependencies: ["HTTPEndpoint"]),
    ],
    swiftLanguageModes: [.v6]
)
