package import Chat

/// What `drive` is asked to do.
package struct DriveOptions: Sendable {
  /// Path of the recording.
  package var input: String
  package var server: ServerAddress
  /// Sessions go round these rooms, one each.
  package var rooms: [RoomName] = [.lobby]
  /// Sessions of the recording to type, from its beginning; nil: all.
  package var sessions: Int?
  /// Sessions typed at a time, each over a connection of its own.
  package var clients = 16
  /// How many times faster than recorded.
  package var speed = 1.0
  /// Where each acknowledged event is written as it is acknowledged; see ``AcknowledgementFile``.
  package var acknowledgements: String?
  /// Threads that own the connections.
  package var threads = 2
  /// Chance of the run: session names, masking keys, jitter.
  package var seed: UInt64

  /// Sessions typed at a time at most.
  package static let clientsMost = 100_000

  package init(input: String, server: ServerAddress, seed: UInt64 = .random(in: 0 ... .max)) {
    self.input = input
    self.server = server
    self.seed = seed
  }
}

/// What `drive` prints at the end, and whether all is well.
package struct DriveReport: Sendable {
  /// Sessions typed to their end.
  package var sessions = 0
  /// Messages and edits of the recording that were typed.
  package var messages = 0
  package var edits = 0
  /// Numbered events acknowledged as durable.
  package var acked = 0
  /// Events written more than once.
  package var resent = 0
  /// Messages the server did not take for a word in them.
  package var filtered = 0
  /// Connections of typists that were made again.
  package var reconnects = 0
  /// Milliseconds from writing an edit to seeing it come back on the same socket.
  package var p50 = 0.0
  package var p99 = 0.0
  /// What was odd on the way and did no harm, in words for people.
  package var notes: [String] = []
  /// What is missing, doubled or different, in words for people.
  package var faults: [String] = []

  /// Whether everything written stands in the log once, with exactly its text.
  package var isComplete: Bool { faults.isEmpty }

  /// One object: `sessions`, `messages`, `edits`, `acked`, `resent`, `reconnects`, `p50_ms`,
  /// `p99_ms`, and `filtered` where anything was.
  package var json: String {
    #"{"sessions":\#(sessions),"messages":\#(messages),"edits":\#(edits),"acked":\#(acked),"#
      + #""resent":\#(resent),"reconnects":\#(reconnects),"#
      + #""p50_ms":\#(Self.rounded(p50)),"p99_ms":\#(Self.rounded(p99))"#
      + (filtered > 0 ? #","filtered":\#(filtered)}"# : "}")
  }

  /// Hundredths of a millisecond are as fine as it gets.
  private static func rounded(_ milliseconds: Double) -> Double {
    (milliseconds * 100).rounded() / 100
  }
}

/// Why nothing could be driven to an end.
package enum DriveError: Error, Equatable, Sendable, CustomStringConvertible {
  case recording(RecordingError)
  case cannotConnect(String)
  case cannotWrite(String, errno: Int32)

  package var description: String {
    switch self {
    case .recording(let error): "\(error)"
    case .cannotConnect(let why): "cannot connect: \(why)"
    case .cannotWrite(let path, let code): "cannot write \(path): errno \(code)"
    }
  }
}
