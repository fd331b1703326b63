extension CloseReason {
  /// Bytes that are no WebSocket frames (RFC 6455 §7.4.1).
  package static let brokenFraming = CloseReason(
    code: 1002, name: "broken_framing", reason: "those are no WebSocket frames of a client")
  /// A binary message; the protocol has only text.
  package static let notTextFrames = CloseReason(
    code: 1003, name: "not_text", reason: "messages are text frames")
  /// A text message that is not UTF-8.
  package static let notUTF8 = CloseReason(
    code: 1007, name: "not_utf8", reason: "a text message is UTF-8")
}
