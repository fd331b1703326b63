// swift-tools-version: 6.3
import PackageDescription

/// One set of rules for every target of ours: Swift 6 language mode, every warning an error.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
]
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "verbatim",
  products: [.executable(name: "verbatim", targets: ["Verbatim"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
  ],
  targets: [
    // System libraries, one module each; nothing else of the project sees a C header.
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CCRC32C", cSettings: [.unsafeFlags(["-O2"])]),
    .systemLibrary(name: "CScheduling"),

    library("LogStore", ["CLZ4", "CCRC32C", "CScheduling"]),
    library("Chat"),
    library("Hashing", ["COpenSSL"]),
    library("Projector", ["Chat", "LogStore", "Hashing"]),
    library("Rooms", ["Chat", "LogStore", "Projector", "Hashing"]),
    .target(
      name: "Gateway", dependencies: ["Rooms", "Chat", "LogStore", logging] + nio,
      resources: [.embedInCode("Web")], swiftSettings: strict),
    library("Kafka", ["LogStore"] + nio),
    library("Companion", ["Chat", "LogStore", "Projector", "Rooms", "CCurl", logging]),
    library("Client", ["Chat"] + nio),
    library("Replay", ["Chat", "LogStore", "Projector", "Hashing", argumentParser]),
    .executableTarget(
      name: "Verbatim",
      dependencies: [
        "Rooms", "Gateway", "Companion", "Client", "Kafka", "Replay", "Projector", "LogStore",
        "Chat", argumentParser, logging,
      ],
      swiftSettings: strict),

    // The doors, faked and seeded; never products.
    library("Simulation", ["Rooms", "Projector", "Chat", "LogStore", "Hashing"]),
    .executableTarget(name: "Simulate", dependencies: ["Simulation"], swiftSettings: strict),

    // A process for tests to kill; never a product.
    .executableTarget(
      name: "CorpusChild",
      dependencies: ["Client", "Rooms", "Projector", "LogStore", "Chat", "Hashing"],
      path: "Tests/CorpusChild", swiftSettings: strict),

    // A writer for dev/faults to kill, to starve and to cut the power of; never a product.
    .executableTarget(
      name: "LogChild", dependencies: ["LogStore"], path: "Tests/LogChild", swiftSettings: strict),

    // A writer of long conversations for the page's time machine; never a product.
    .executableTarget(
      name: "RoomChild", dependencies: ["LogStore", "Chat", "TestSupport"],
      path: "Tests/RoomChild", swiftSettings: strict),

    // Sockets that send back what they are told, for the conformance tests; never a product.
    .executableTarget(
      name: "EchoServer", dependencies: ["Gateway", "Rooms", "LogStore", logging],
      path: "Tests/EchoServer", swiftSettings: strict),

    tests("LogStoreTests", ["LogStore"]),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests("ChatTests", ["Chat", "TestSupport"]),
    tests("HashingTests", ["Hashing"]),
    tests("ProjectorTests", ["Projector", "Chat", "LogStore", "Hashing", "TestSupport"]),
    tests("RoomsTests", ["Rooms", "Projector", "Chat", "LogStore", "Hashing", "TestSupport"]),
    tests(
      "GatewayTests", ["Gateway", "Rooms", "Projector", "Chat", "LogStore", "TestSupport"] + nio),
    tests(
      "CompanionTests",
      ["Companion", "Rooms", "Projector", "Chat", "LogStore", "TestSupport"] + nio),
    tests("KafkaTests", ["Kafka", "LogStore"] + nio),
    tests("ClientTests", ["Client", "Chat"] + nio),
    tests("ReplayTests", ["Replay", "Projector", "Chat", "LogStore", "Hashing"]),
    tests(
      "EndToEndTests",
      [
        "Verbatim", "CorpusChild", "RoomChild", "Client", "Replay", "Rooms", "Projector", "Chat",
        "LogStore", "Hashing", "TestSupport",
      ] + nio),
    tests("SimulationTests", ["Simulation", "LogStore"]),
    tests("StyleTests", []),
  ]
)
