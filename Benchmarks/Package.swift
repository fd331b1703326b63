// swift-tools-version: 6.3
import PackageDescription

/// Measures the log; a package of its own, so that nobody who builds Verbatim builds it.
///
/// The log's declarations are seen inside one package only, so its sources are linked into this one
/// rather than depended on.
let package = Package(
  name: "verbatim",
  targets: [
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .target(name: "CCRC32C", cSettings: [.unsafeFlags(["-O2"])]),
    .systemLibrary(name: "CScheduling"),
    .target(
      name: "LogStore", dependencies: ["CLZ4", "CCRC32C", "CScheduling"],
      swiftSettings: [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
    .executableTarget(
      name: "LogBench", dependencies: ["LogStore"],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
  ]
)
