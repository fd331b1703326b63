internal import ArgumentParser
internal import Chat
internal import Companion
internal import Gateway
internal import LogStore
internal import Projector
internal import Rooms

/// What the server runs with, checked.
struct ServeOptions {
  var data: String
  var listen: ListenAddress
  var log = LogOptions()
  var rooms = RoomsOptions(version: Verbatim.version)
  var providers: [Provider] = []
  var timeouts = ModelTimeouts()
  /// Nil: as the companion has it.
  var replies: ReplyBudget?
  var origins: Set<String> = []
  var proxies: [AddressRange] = []
  var loops: Int?
  /// Where Kafka's clients come in; nil: nowhere.
  var kafka: ListenAddress?
  var exitsOnPoison: Bool
  /// The file of words that are not taken.
  var filter: String?

  init(_ command: ServeCommand) throws {
    let settings = try Settings(file: command.config)
    data = settings.value("data", flag: command.data) ?? "data/run"
    listen = try Self.address(
      settings.value("listen", flag: command.listen) ?? "127.0.0.1:8080")
    log.durability = try Self.durability(
      settings.value("durability", flag: command.durability) ?? "commit")
    log.newEpoch = settings.isOn("new-epoch", flag: command.newEpoch)
    log.acceptClock = settings.isOn("accept-clock", flag: command.acceptClock)
    exitsOnPoison = settings.isOn("exit-on-poison", flag: command.exitOnPoison)
    loops = command.loops
    try readSpace(command, settings)
    try readDoors(command, settings)
    try readTiming(command, settings)
    try readFilter(command, settings)
    try readModels(command.models, settings)
    try readReplies(command, settings)
    try readKafka(command, settings)
  }

  private mutating func readTiming(_ command: ServeCommand, _ settings: Settings) throws {
    switch settings.value("public-timing", flag: command.publicTiming) {
    case nil: break
    case "exact": rooms.form.timeGrain = 1
    case let other?: throw ValidationError("--public-timing \(other): only exact is known")
    }
  }

  private static func address(_ text: String) throws -> ListenAddress {
    guard let address = ListenAddress(text) else {
      throw ValidationError("--listen \(text): expected HOST:PORT")
    }
    return address
  }

  private static func durability(_ text: String) throws -> Durability {
    switch text {
    case "commit": return .commit
    case "os": return .os
    default:
      let parts = text.split(separator: ":")
      guard parts.count == 2, parts[0] == "interval", let milliseconds = milliseconds(parts[1]),
        milliseconds > 0
      else {
        throw ValidationError("--durability \(text): commit, os, or interval:100ms")
      }
      return .interval(milliseconds: milliseconds)
    }
  }

  /// `100`, `100ms`, `2s` or `1m`.
  static func milliseconds(_ text: Substring) -> Int64? {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("", 1)]
    guard let (suffix, unit) = units.first(where: { text.hasSuffix($0.0) }),
      let number = Int64(text.dropLast(suffix.count))
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product
  }
}
