import Chat

/// Why the server ends a connection: WebSocket's own codes, 4000–4099 "come back", 4100–4199 "do
/// not come back by yourself".
package struct CloseReason: Equatable, Sendable {
  package let code: UInt16
  package let name: String
  package let reason: String
  /// How long to wait before coming back; nil when the client must not.
  package var retryMilliseconds: Int?

  /// The server goes down; clients come back spread over two seconds.
  package static func shutdown(retry: Int) -> CloseReason {
    CloseReason(
      code: 1001, name: "shutdown", reason: "the server is going down", retryMilliseconds: retry)
  }
  /// The client left by itself.
  package static let left = CloseReason(code: 1000, name: "left", reason: "you left")
  /// A client message over ``Limits/clientMessageBytes``; repeating it is no use.
  package static let tooBig = CloseReason(
    code: 1009, name: "too_big", reason: "a message is at most 65536 bytes")
  package static let policy = CloseReason(
    code: 1008, name: "policy", reason: "that is not part of the protocol")
  /// Too far behind for too long; come back from the last cursor.
  package static let slow = CloseReason(
    code: 4000, name: "slow", reason: "this connection reads too slowly", retryMilliseconds: 1_000)
  /// Nothing was heard from the client for two pings.
  package static let silent = CloseReason(
    code: 4001, name: "silent", reason: "no sign of life", retryMilliseconds: 1_000)
  /// The log takes nothing now, so nobody can come in.
  package static let unavailable = CloseReason(
    code: 4002, name: "unavailable", reason: "the log takes no new events now",
    retryMilliseconds: 2_000)
  /// No `hello` in time.
  package static let noHello = CloseReason(
    code: 4003, name: "no_hello", reason: "no hello in time", retryMilliseconds: 1_000)
  /// What comes next for this reader cannot be read from the log; come back without a cursor.
  package static let unreadable = CloseReason(
    code: 4004, name: "unreadable", reason: "the log cannot be read here",
    retryMilliseconds: 1_000)
  /// Another connection took this session.
  package static let sessionTaken = CloseReason(
    code: 4100, name: "session_taken", reason: "this session goes on in another connection")

  package var byeJSON: [UInt8] {
    var json = JSONWriter()
    json.begin(type: "bye")
    json.field("code", Int(code))
    json.field("reason", name)
    if let retryMilliseconds { json.field("retry_ms", retryMilliseconds) }
    json.endObject()
    return json.bytes
  }
}
