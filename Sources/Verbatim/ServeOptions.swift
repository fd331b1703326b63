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
  /// Nil: as the companion has it.
  var replies: ReplyBudget?
  var origins: Set<String> = []
  var proxies: [AddressRange] = []
  var loops: Int?
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
    try readProviders(command, settings)
    try readReplies(command, settings)
  }

  private mutating func readTiming(_ command: ServeCommand, _ settings: Settings) throws {
    switch settings.value("public-timing", flag: command.publicTiming) {
    case nil: break
    case "exact": rooms.form.timeGrain = 1
    case let other?: throw ValidationError("--public-timing \(other): only exact is known")
    }
  }

  private mutating func readProviders(_ command: ServeCommand, _ settings: Settings) throws {
    let url = settings.value("model-url", flag: command.modelURL) ?? "none"
    guard url != "none" else { return }
    providers.append(
      try Self.provider(
        "model-url", url, model: settings.value("model", flag: command.model),
        keyFile: settings.value("model-key-file", flag: command.modelKeyFile)))
    guard let fallback = settings.value("fallback-url", flag: command.fallbackURL) else { return }
    providers.append(
      try Self.provider(
        "fallback-url", fallback,
        model: settings.value("fallback-model", flag: command.fallbackModel),
        keyFile: settings.value("fallback-key-file", flag: command.fallbackKeyFile)))
  }

  private static func provider(
    _ flag: String, _ url: String, model: String?, keyFile: String?
  ) throws -> Provider {
    var key: Secret?
    if let keyFile {
      guard let text = Settings.read(keyFile) else {
        throw ValidationError("the key file \(keyFile) cannot be read")
      }
      key = Secret(text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "")
    }
    do {
      return try Provider(address: url, model: model ?? "", key: key)
    } catch ProviderFault.noModel {
      throw ValidationError("--\(flag) \(url) needs the name of a model beside it")
    } catch {
      throw ValidationError("--\(flag) \(url): expected http(s)://HOST[:PORT][/PATH] or script:")
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

  /// `100`, `100ms` or `2s`.
  private static func milliseconds(_ text: Substring) -> Int64? {
    if text.hasSuffix("ms") { return Int64(text.dropLast(2)) }
    if text.hasSuffix("s") { return Int64(text.dropLast(1)).map { $0 * 1_000 } }
    return Int64(text)
  }
}
