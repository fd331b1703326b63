/// Where a reader of one room is: opaque to clients, who only give it back.
///
///     EPOCH.OFFSET.PREVIOUS     the next offset to read, and the room's event before it (−1: none)
///
/// Carrying the previous event's offset, a resumed delivery needs no search for its first `prev`.
package struct Cursor: Equatable, Sendable {
  package var epoch: String
  package var offset: Int64
  package var previous: Int64

  package init(epoch: String, offset: Int64, previous: Int64) {
    self.epoch = epoch
    self.offset = offset
    self.previous = previous
  }

  /// Reads a cursor's text; nil when it is none.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, text.utf8.count <= 64, let offset = Int64(parts[1]), offset >= 0,
      let previous = Int64(parts[2]), previous >= -1, previous < offset
    else { return nil }
    self.init(epoch: String(parts[0]), offset: offset, previous: previous)
  }

  package var text: String { "\(epoch).\(offset).\(previous)" }
}
