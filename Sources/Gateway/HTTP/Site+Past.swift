import Chat
import LogStore
import NIOHTTP1
import Rooms

// What a room was: its state at an instant, who typed when, and where some words were said.
extension Site {
  /// Characters of a search at most.
  private static let wordsMost = 200

  func transcript(_ room: RoomName, _ request: WebRequest) -> Response {
    let instant: Instant?
    switch Instant.asked(by: request, before: record.nextOffset) {
    case .success(let asked): instant = asked
    case .failure(let refusal): return .answer(refusal.answer)
    }
    let isJSON = request.accepts(MediaType.json.rawValue)
    return .pastReading(isQueued: instant != nil) { [record] () throws(PastError) in
      let offset = try instant.map { (instant) throws(PastError) in
        switch instant {
        case .offset(let offset): offset
        case .time(let milliseconds): try record.offset(at: milliseconds)
        }
      }
      if isJSON { return Answer(.json, try record.transcriptJSON(of: room, at: offset)) }
      return Answer(.text, try record.transcriptText(of: room, at: offset))
    }
  }

  func activity(_ room: RoomName, _ request: WebRequest) -> Response {
    guard let slices = request.integer("slices", from: 1) else {
      return .answer(.refusal(.badRequest, "slices is a whole number from 1 up"))
    }
    let most = Int(min(slices ?? 240, Int64(PublicRecord.slicesMost)))
    return .pastReading(isQueued: true) { [record] () throws(PastError) in
      Answer(.json, try record.activity(of: room, slices: most))
    }
  }

  func search(_ room: RoomName, _ request: WebRequest) -> Response {
    guard let from = request.integer("from", from: 0), let limit = request.integer("limit", from: 1)
    else { return .answer(.refusal(.badRequest, "from and limit are whole numbers")) }
    let words = request.query["q"] ?? ""
    guard words.count <= Self.wordsMost else {
      return .answer(.refusal(.badRequest, "q has at most \(Self.wordsMost) characters"))
    }
    let most = Int(min(limit ?? 50, Int64(PublicRecord.findsMost)))
    return .pastReading(isQueued: true) { [record] () throws(PastError) in
      do throws(ReadError) {
        return Answer(
          .json, try record.search(room, for: words, from: from ?? 0, limit: most))
      } catch { throw .unreadable(error) }
    }
  }
}

/// A point of the log as a request names it.
enum Instant {
  /// After the event of this offset; −1: before the first.
  case offset(Int64)
  /// After every event of this time or earlier, in ms since 1970; written `@1767323045000`.
  case time(Int64)

  struct Refusal: Error {
    let words: String
    var answer: Answer { .refusal(.badRequest, words) }
  }

  static func asked(
    by request: WebRequest, before next: Int64
  ) -> Result<Instant?, Refusal> {
    guard let text = request.query["at"] else { return .success(nil) }
    if text.hasPrefix("@"), let time = Int64(text.dropFirst()), time >= 0 {
      return .success(.time(time))
    }
    guard let offset = Int64(text), offset >= -1 else {
      return .failure(Refusal(words: "at is an offset, or -1 for before the first"))
    }
    guard offset < next else {
      return .failure(Refusal(words: "the log ends at \(next - 1)"))
    }
    return .success(.offset(offset))
  }
}

extension Site.Response {
  /// A read of the past that may fail.
  static func pastReading(
    isQueued: Bool, _ body: @escaping @Sendable () throws(PastError) -> Answer
  ) -> Site.Response {
    let read: @Sendable () -> Answer = {
      do throws(PastError) { return try body() } catch {
        switch error {
        case .unreadable(let error): return .unreadable(error)
        case .surveying: return .busyWithThePast
        }
      }
    }
    return isQueued ? .past(read) : .read(read)
  }
}

extension Answer {
  /// Too many ask for the past, or too much of it lies before the moment asked for.
  static let busyWithThePast = Answer.refusal(
    .serviceUnavailable, "the past is being looked through: ask again in a second"
  ).with("Retry-After", "1")
}
