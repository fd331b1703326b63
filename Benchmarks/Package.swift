// swift-tools-version: 6.3
import PackageDescription

/// Measures the log and its replay; a package of its own, so that nobody who builds Verbatim builds
/// it.
///
/// The log's declarations are seen inside one package only, so its sources are linked into this one
/// rather than depended on.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "verbatim",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .target(name: "CCRC32C", cSettings: [.unsafeFlags(["-O2"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CScheduling"),
    library("LogStore", ["CLZ4", "CCRC32C", "CScheduling"]),
    library("Chat"),
    library("Hashing", ["COpenSSL"]),
    library("Projector", ["Chat", "LogStore", "Hashing"]),
    library(
      "Replay",
      [
        "Chat", "LogStore", "Projector", "Hashing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "LogBench", dependencies: ["LogStore"],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
    .executableTarget(
      name: "ReplayBench",
      dependencies: [
        "Replay", "Chat", "LogStore", "Projector", "Hashing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
  ]
)
