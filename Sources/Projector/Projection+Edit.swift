package import Chat
package import LogStore

extension Projection {
  /// The room of a record, by its index into ``states``; nil for a server-wide event.
  @inline(__always)
  package mutating func room(of record: RecordView) -> Int? {
    record.key.flatMap { index(forKey: $0) }
  }

  /// Folds an edit that was read in place already, of the room with this index.
  ///
  /// Returns the draft's length in scalars, as it is now.
  @discardableResult
  package mutating func apply(
    _ edit: EditView, at index: Int, offset: Int64, time: Int64
  ) -> Int {
    fold(through: offset)
    return states[index].apply(edit, offset: offset, time: time)
  }
}

extension RoomState {
  /// Folds an edit that was read before; returns the draft's length in scalars.
  @discardableResult
  @inline(__always)
  mutating func apply(_ edit: EditView, offset: Int64, time: Int64) -> Int {
    lastOffset = offset
    lastTime = time
    let index = applyEdit(
      edit.author, draft: edit.draft, at: edit.at, del: edit.del, ins: edit.ins, offset: offset,
      time: time)
    return sessions[index].text.scalars
  }
}
