internal import NIOCore

/// Fetches a range of a room's events over HTTP, page by page, and tells its reader.
final class RangeFetch {
  /// Events asked for at a time.
  static let pageEvents = 1_000
  /// Nanoseconds before a failed request is made again.
  static let retryDelay: Int64 = 200_000_000

  /// The last event wanted.
  var last: Int64
  private let reader: RoomReader
  private var progressAt: Int64
  /// Where the last answer said to go on.
  private var cursor: String?

  init(through last: Int64, reader: RoomReader) {
    self.last = last
    self.reader = reader
    progressAt = RoomReader.now
  }

  func next() {
    guard reader.failure == nil else { return }
    let from = (reader.told ?? -1) + 1
    // From the very beginning is what the server has: its first offsets may be gone.
    let place = cursor ?? (from == 0 && reader.beginning == .beginning ? nil : String(from))
    let path =
      "/rooms/\(reader.room)/events?\(place.map { "from=\($0)&" } ?? "")limit=\(Self.pageEvents)"
    HTTPGet.fetch(path, from: reader.address, on: reader.eventLoop)
      .assumeIsolated()
      .whenComplete { [self] result in
        guard reader.fetch === self else { return }
        switch result {
        case .success(let answer): take(answer, from: from)
        case .failure(let error): retry(from: from, "\(error)")
        }
      }
  }

  private func take(_ answer: HTTPGet.Answer, from: Int64) {
    guard answer.status == 200 else {
      if answer.status >= 500 || answer.status == 429 {
        return retry(from: from, "HTTP status \(answer.status)")
      }
      guard cursor != nil else {
        return reader.fail(.rangeRefused(from: from, "HTTP status \(answer.status)"))
      }
      // The cursor's epoch may be over; the offset tells.
      cursor = nil
      return next()
    }
    do {
      let page = try answer.body.withUnsafeReadableBytes { bytes in
        let page = try EventPage(bytes)
        for line in page.lines {
          reader.tell(
            line.offset, line.time, UnsafeRawBufferPointer(rebasing: bytes[line.event]))
        }
        return page
      }
      let told = reader.told ?? -1
      if told >= last { return reader.fetched(through: last) }
      let moved = told >= from || page.next != nil && page.next != cursor
      cursor = page.next
      guard moved else {
        return retry(from: from, "no events from \(from) on, though \(last) was announced")
      }
      progressAt = RoomReader.now
      next()
    } catch {
      reader.fail(.rangeRefused(from: from, "\(error)"))
    }
  }

  private func retry(from: Int64, _ why: String) {
    guard RoomReader.now - progressAt < RoomReader.patience else {
      return reader.fail(.rangeRefused(from: from, why))
    }
    cursor = nil
    reader.eventLoop.assumeIsolated()
      .scheduleTask(in: .nanoseconds(Self.retryDelay)) { [self] in next() }
  }
}
