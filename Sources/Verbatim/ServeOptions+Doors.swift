internal import ArgumentParser
internal import Chat
internal import Gateway
internal import Rooms

extension ServeOptions {
  /// Descriptors kept for the log, for pages from disk, and for whoever looks after the server.
  private static let reservedDescriptors = 256

  /// Who may come in, from where, and with what budget.
  mutating func readDoors(_ command: ServeCommand, _ settings: Settings) throws {
    try readListen(command, settings)
    for text in settings.values("origin", flags: command.origin) {
      guard let origin = Origin.normal(text) else {
        throw ValidationError("--origin \(text): expected http(s)://HOST[:PORT], without a path")
      }
      origins.insert(origin)
    }
    switch settings.value("limits", flag: command.limits) {
    case nil, "on": rooms.budgets = Budgets()
    case "off": rooms.budgets = nil
    case let other?: throw ValidationError("--limits \(other): on or off")
    }
    try readRooms(settings.value("rooms", flag: command.rooms))
  }

  private mutating func readListen(_ command: ServeCommand, _ settings: Settings) throws {
    for text in settings.values("behind-proxy", flags: command.behindProxy) {
      guard let range = AddressRange(text) else {
        throw ValidationError(
          "--behind-proxy \(text): expected the proxy's network, as 10.0.0.0/8, ::1 or 127.0.0.1")
      }
      proxies.append(range)
    }
    let isPlaintext = settings.isOn("plaintext", flag: command.plaintext)
    guard !isPlaintext || proxies.isEmpty else {
      throw ValidationError(
        "--plaintext says that nothing stands in front, --behind-proxy that a proxy does: say one")
    }
    guard listen.isLoopback || isPlaintext || !proxies.isEmpty else {
      throw ValidationError(
        "--listen \(listen) is reachable from other machines without TLS: put a proxy in front "
          + "and say --behind-proxy ITS-NETWORK, or say --plaintext")
    }
  }

  private mutating func readRooms(_ path: String?) throws {
    guard let path else { return }
    guard let text = Settings.read(path) else {
      throw ValidationError("--rooms \(path): cannot be read")
    }
    var closed: Set<RoomName> = []
    for line in text.split(whereSeparator: \.isWhitespace) {
      guard let room = RoomName(line) else {
        throw ValidationError("--rooms \(path): \(line) is no room's name (a-z, 0-9, -)")
      }
      closed.insert(room)
    }
    guard !closed.isEmpty else {
      throw ValidationError("--rooms \(path): there is no room in it")
    }
    guard closed.count <= Limits.rooms else {
      throw ValidationError("--rooms \(path): more than \(Limits.rooms) rooms")
    }
    rooms.closedSet = closed
  }

  /// Connections that this process can hold open.
  static var connectionsMost: Int {
    max(64, Int(clamping: OpenFiles.allowMost()) - reservedDescriptors)
  }
}
