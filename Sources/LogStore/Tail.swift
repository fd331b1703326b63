/// A reader that follows the log: history from segments, then what was committed just now from memory.
package struct Tail: Sendable {
  /// The next offset it hands out.
  package private(set) var offset: Int64

  init(offset: Int64) { self.offset = offset }

  /// Hands out what is committed and not yet seen, in order, without gap or repeat; at most `limit`
  /// records. Returns how many: 0 means caught up. May read the disk.
  package mutating func poll(limit: Int, _ body: (RecordView) -> Void) throws(ReadError) -> Int {
    preconditionFailure("not yet")
  }
}
