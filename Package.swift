// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dify-exporter",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CivilTime"),
        .target(name: "JSON"),

        .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    ],
    swiftLanguageModes: [.v6]
)
