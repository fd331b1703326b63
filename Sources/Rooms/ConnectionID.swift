/// One open socket: the loop that owns it, its slot there, and a serial that no other socket of
/// that slot ever had.
package struct ConnectionID: Hashable, Sendable {
  package let loop: Int32
  package let slot: Int32
  package let serial: UInt64
}
