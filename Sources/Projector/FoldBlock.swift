internal import Chat
internal import Glibc
package import LogStore

/// Records parsed ahead of their fold, on whatever thread: nothing in it depends on a state.
///
/// Edits, nine in ten of all, are steps of 64 bytes and the text they insert; everything else is
/// the event itself.
package struct FoldBlock: Sendable {
  struct Step {
    var offset: Int64
    var time: Int64
    var by: UInt64
    var seq: Int64
    var draft: Int64
    var session: UInt32
    var at: UInt32
    var del: UInt32
    /// Where the text is that an edit inserts, or which of `events` this is.
    var start: UInt32
    var count: UInt32
    /// Which of `keys`; -1: none.
    var key: Int16
    var isEdit: Bool
  }

  private(set) var steps: [Step] = []
  /// What edits insert, one after another.
  private(set) var text: [UInt8] = []
  /// `nil`: folds as nothing.
  private(set) var events: [Event?] = []
  private(set) var keys: [[UInt8]] = []

  private var memo = AuthorMemo()

  package init() {}

  /// Forgets everything but its memory.
  package mutating func removeAll() {
    steps.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
  }

  /// Parses the next record.
  package mutating func append(_ record: RecordView) {
    let key = record.key.map { index(of: $0) } ?? -1
    guard let edit = EditView(record.value, memo: &memo), let at = UInt32(exactly: edit.at),
      let del = UInt32(exactly: edit.del)
    else {
      steps.append(
        Step(
          offset: record.offset, time: record.timestamp, by: 0, seq: 0, draft: 0, session: 0,
          at: 0, del: 0, start: UInt32(events.count), count: 0, key: key, isEdit: false))
      events.append(try? Event.decode(record.value))
      return
    }
    steps.append(
      Step(
        offset: record.offset, time: record.timestamp, by: edit.author.by.packed,
        seq: edit.author.seq, draft: edit.draft, session: edit.author.session.packed, at: at,
        del: del, start: UInt32(truncatingIfNeeded: text.count),
        count: UInt32(truncatingIfNeeded: edit.ins.count), key: key, isEdit: true))
    if edit.ins.count == 1 {
      text.append(edit.ins[0])
    } else {
      text.append(contentsOf: edit.ins)
    }
  }

  /// Runs of one room are the rule, so the last one is looked at first.
  private mutating func index(of key: UnsafeRawBufferPointer) -> Int16 {
    var index = keys.count - 1
    while index >= 0 {
      if keys[index].count == key.count,
        key.baseAddress.map({ memcmp($0, keys[index], key.count) == 0 }) ?? true
      {
        return Int16(index)
      }
      index -= 1
    }
    keys.append([UInt8](key))
    return Int16(keys.count - 1)
  }
}

extension Projection {
  /// Folds the records of a block, as ``apply(_:)-(RecordView)`` folds them one by one.
  package mutating func apply(_ block: FoldBlock) {
    var rooms = [Int](repeating: -1, count: block.keys.count)
    block.text.withUnsafeBytes { text in
      for step in block.steps {
        fold(through: step.offset)
        guard step.key >= 0 else {
          noteRoomless()
          continue
        }
        let key = Int(step.key)
        if rooms[key] < 0 { rooms[key] = index(forKey: block.keys[key]) ?? .max }
        guard rooms[key] != .max else {
          noteRoomless()
          continue
        }
        if step.isEdit {
          states[rooms[key]].apply(step, text)
        } else if let event = block.events[Int(step.start)] {
          states[rooms[key]].apply(event, offset: step.offset, time: step.time)
        } else {
          states[rooms[key]].applyNothing(offset: step.offset, time: step.time)
        }
      }
    }
  }
}
