internal import Chat
internal import LogStore

extension FollowOrigin {
  /// Records that are looked at first to find the newest of one room.
  private static let firstLook: Int64 = 1_024

  /// The first offset to hand out; of one room, `-N` counts that room's events.
  func offset(in reader: LogReader, room: RoomName?) throws(Complaint) -> Int64 {
    let (start, next) = (reader.state.start, reader.state.next)
    switch self {
    case .beginning: return start
    case .end: return next
    case .offset(let offset):
      guard (start...next).contains(offset) else {
        throw Complaint(
          .usage, "offset \(offset) is not in the log, which has \(start) to \(next - 1)")
      }
      return offset
    case .time(let milliseconds):
      do { return try reader.offset(forTime: milliseconds) } catch { throw Complaint(error) }
    case .last(let count):
      guard let room else { return max(start, next - min(count, next)) }
      return try newest(count, of: room, in: reader)
    }
  }

  /// Looks back in ever longer steps until so many events of the room were seen.
  private func newest(_ count: Int64, of room: RoomName, in reader: LogReader) throws(Complaint)
    -> Int64
  {
    let (start, next) = (reader.state.start, reader.state.next)
    guard count > 0 else { return next }
    var look = max(Self.firstLook, min(count, next) * 2)
    while true {
      let from = max(start, next - min(look, next))
      var found: [Int64] = []
      do {
        try reader.scan(from: from, to: next) { record in
          if record.key?.elementsEqual(room.key) == true { found.append(record.offset) }
          return .advance
        }
      } catch {
        throw Complaint(error)
      }
      if found.count >= count { return found[found.count - Int(count)] }
      if from == start { return found.first ?? next }
      look = min(look, next) * 4
    }
  }
}
