import Chat

/// The paths of the port.
enum Route: Equatable {
  case page(RoomName)
  case asset(String)
  case transcript(RoomName)
  case messages(RoomName)
  case digest(RoomName)
  case events(RoomName)
  case activity(RoomName)
  case search(RoomName)
  case socket(RoomName)
  /// A room's path with a name that is none.
  case badRoom
  case alive
  case ready
  case version
  case metrics
  case unknown

  init(_ path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    switch (parts.count, parts.first) {
    case (1, ""): self = .page(.lobby)
    case (1, "livez"): self = .alive
    case (1, "readyz"): self = .ready
    case (1, "version"): self = .version
    case (1, "metrics"): self = .metrics
    case (2, "web"): self = .asset(String(parts[2]))
    case (2, "rooms"), (3, "rooms"): self = Self.room(parts.dropFirst())
    default: self = .unknown
    }
    if !path.hasPrefix("/") { self = .unknown }
  }

  private static func room(_ parts: ArraySlice<Substring>) -> Route {
    guard let name = parts.first, let room = RoomName(name) else { return .badRoom }
    guard parts.count == 2, let what = parts.last else { return .page(room) }
    return switch what {
    case "transcript": .transcript(room)
    case "messages": .messages(room)
    case "digest": .digest(room)
    case "events": .events(room)
    case "activity": .activity(room)
    case "search": .search(room)
    case "socket": .socket(room)
    default: .unknown
    }
  }

  /// The room it is about.
  var room: RoomName? {
    switch self {
    case .page(let room), .transcript(let room), .messages(let room), .digest(let room),
      .events(let room), .activity(let room), .search(let room), .socket(let room):
      room
    default: nil
    }
  }
}
