/// The sockets of one loop, as delivery sees them: bytes out, by slot.
package protocol SocketSink: AnyObject {
  /// A frame in the form the sockets take; made once a loop and frame.
  associatedtype Wire
  func wire(_ frame: Frame) -> Wire
  /// Writes; false once as much waits in the socket as may: write no more until it is writable.
  func write(_ wire: Wire, to slot: Int32) -> Bool
  /// The same from within a sweep, where it may be sent at once.
  func deliver(_ wire: Wire, to slot: Int32) -> Bool
  /// A WebSocket ping frame.
  func ping(_ slot: Int32)
  /// A close frame with this code, then the end.
  func close(_ slot: Int32, _ reason: CloseReason)
  func pauseReading(_ slot: Int32, _ pause: Bool)
  /// All writes of a sweep are made.
  func flush()
}

extension SocketSink {
  package func deliver(_ wire: Wire, to slot: Int32) -> Bool { write(wire, to: slot) }
}
