/// What one session and one address may cost others, as rates; sizes are in ``Limits`` and are
/// never lifted.
///
/// Nobody at a keyboard comes near them: fast typing is 15 keys a second.
package struct Budgets: Equatable, Sendable {
  /// Events of a session a second, for any length of time.
  package var eventsPerSecond: Int64 = 64
  /// Bytes of text of a session a second, for any length of time.
  package var bytesPerSecond: Int64 = 4 * 1024
  /// Events that may come at once after silence; of bytes as many as flow in the same time.
  package var burstEvents: Int64 = 256
  /// Sessions of one address (IPv4 /32, IPv6 /128), and of one IPv6 /64.
  package var sessionsOfAddress = 8
  package var sessionsOfNetwork = 64
  /// Connections of one IPv4 address or IPv6 /64, of whatever kind.
  package var connectionsOfAddress = 64
  package var connectionsOfNetwork = 512
  /// Rooms nobody was in before, entered from one IPv4 address or IPv6 /64 in an hour.
  package var roomsPerHour: Int64 = 10

  package init() {}

  /// Bytes of a message that are its form and cost nothing beside the event; text comes on top.
  static let formBytes = 128
  /// Events that a message costs which reads the disk, or writes of its own accord: `hello` makes
  /// people come and go, `history` reads a page.
  static let costlyEvents: Int64 = 8

  /// Nanoseconds that pay for one event, and for one byte.
  var eventNanoseconds: Int64 { 1_000_000_000 / eventsPerSecond }
  var byteNanoseconds: Int64 { 1_000_000_000 / bytesPerSecond }
  /// Nanoseconds in which a whole burst is paid for.
  package var burstNanoseconds: Int64 { burstEvents * eventNanoseconds }
}
