internal import Chat
internal import NIOCore

/// Finds places in a room's log over HTTP, a few events at a time.
struct RoomSearch {
  let server: ServerAddress
  let room: RoomName
  let eventLoop: any EventLoop

  struct Place: Sendable {
    var offset: Int64
    var time: Int64
  }

  private struct Answer: Sendable {
    var places: [Place]
    var next: String?
  }

  private func ask(from: String?, limit: Int) async throws(FollowError) -> Answer {
    let place = from.map { "from=\($0)&" } ?? ""
    do {
      let answer = try await HTTPGet.fetch(
        "/rooms/\(room)/events?\(place)limit=\(limit)", from: server, on: eventLoop
      ).get()
      guard answer.status == 200 else {
        throw FollowError.cannotRead("events of \(room): HTTP status \(answer.status)")
      }
      return try answer.body.withUnsafeReadableBytes { bytes in
        let page = try EventPage(bytes)
        return Answer(
          places: page.lines.map { Place(offset: $0.offset, time: $0.time) }, next: page.next)
      }
    } catch let error as FollowError {
      throw error
    } catch {
      throw .cannotRead("events of \(room): \(error)")
    }
  }

  /// The room's first event at or behind an offset (nil: the log's start); nil when none is there.
  func first(from offset: Int64?) async throws(FollowError) -> Place? {
    var from = offset.map(String.init)
    while true {
      let answer = try await ask(from: from, limit: 1)
      if let place = answer.places.first { return place }
      guard let next = answer.next, next != from else { return nil }
      from = next
    }
  }

  /// Offset of the first event at or after a time; one past `end` when there is none.
  func offset(forTime time: Int64, end: Int64) async throws(FollowError) -> Int64 {
    guard let start = try await first(from: nil) else { return end + 1 }
    guard start.time < time else { return start.offset }
    var low = start.offset + 1
    var high = end + 1
    // Times never fall along the log, so halves can be left out.
    while low < high {
      let middle = low + (high - low) / 2
      guard let place = try await first(from: middle), place.offset <= end else {
        high = middle
        continue
      }
      if place.time < time { low = place.offset + 1 } else { high = middle }
    }
    return low
  }

  /// Offset of the event that has `count` − 1 behind it up to `end`; the first if there are fewer.
  func offset(last count: Int, end: Int64) async throws(FollowError) -> Int64 {
    guard count > 0, let start = try await first(from: nil) else { return end + 1 }
    var span = Int64(count)
    while true {
      let low = max(end + 1 - span, start.offset)
      let offsets = try await offsets(from: low, to: end)
      if offsets.count >= count { return offsets[offsets.count - count] }
      guard low > start.offset else { return start.offset }
      span *= 4
    }
  }

  private func offsets(from low: Int64, to end: Int64) async throws(FollowError) -> [Int64] {
    var offsets: [Int64] = []
    var from: String? = String(low)
    while true {
      let answer = try await ask(from: from, limit: RangeFetch.pageEvents)
      for place in answer.places where place.offset <= end { offsets.append(place.offset) }
      let next = answer.next ?? answer.places.last.map { String($0.offset + 1) }
      guard let next, next != from, (answer.places.last?.offset ?? -1) < end else {
        return offsets
      }
      from = next
    }
  }
}
