import Rooms

/// Why a client's bytes are no WebSocket frames that this server takes.
enum FrameFault: Error, Equatable {
  /// Against RFC 6455, in words.
  case broken(String)
  /// A binary message.
  case binary
  /// A text message that is not UTF-8.
  case notText
  /// A message over the limit.
  case tooBig

  var reason: CloseReason {
    switch self {
    case .broken: .brokenFraming
    case .binary: .notTextFrames
    case .notText: .notUTF8
    case .tooBig: .tooBig
    }
  }
}
