package import Chat

/// What `tail ROOM --server URL` is asked to do.
package struct FollowOptions: Sendable {
  /// Where following begins.
  package enum Origin: Equatable, Sendable {
    case beginning
    case end
    /// So many events before the end.
    case last(Int)
    case offset(Int64)
    /// The first event at or after this time, ms since 1970.
    case time(Int64)
  }

  package var server: ServerAddress
  package var room: RoomName
  package var origin = Origin.last(10)
  /// End after so many events; nil: never.
  package var count: Int?
  /// End where the room ends when following begins.
  package var endsAtEnd = false
  package var json = false
  /// The output is a terminal: control and bidi characters are escaped.
  package var isTerminal = false

  /// Events that ``Origin/last(_:)`` may go back.
  package static let lastMost = 100_000

  package init(server: ServerAddress, room: RoomName) {
    self.server = server
    self.room = room
  }
}

/// Why following ended before it should.
package enum FollowError: Error, Equatable, Sendable, CustomStringConvertible {
  case cannotConnect(String)
  /// The server's log began a new epoch: what was shown may not be in it any more.
  case newEpoch
  case cannotRead(String)

  package var description: String {
    switch self {
    case .cannotConnect(let why): "cannot connect: \(why)"
    case .newEpoch: "the log's end was lost and a new epoch began: start again"
    case .cannotRead(let why): why
    }
  }

  init(_ error: any Error) {
    switch error as? RoomReaderError {
    case .unreachable(let why)?, .refused(let why)?: self = .cannotConnect(why)
    case .rangeRefused?, .closed?, nil:
      self = .cannotRead((error as? RoomReaderError)?.words ?? "\(error)")
    }
  }
}
