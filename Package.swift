// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "dify-exporter",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CivilTime"),

        .testTarget(name: "CivilTimeTests", dependencies: ["CivilTime"]),
    ],
    swiftLanguageModes: [.v6]
)
