import Chat
import LogStore
import NIOHTTP1
import Rooms

/// What the port answers, route by route.
struct Site: Sendable {
  /// What becomes of a request.
  enum Response {
    case answer(Answer)
    /// Reads the disk: on the reader pool.
    case read(@Sendable () -> Answer)
    /// The same of long ago: one at a time.
    case past(@Sendable () -> Answer)
    /// Server-sent events from a place on; `isReset` when it is not the one asked for.
    case stream(RoomName, Cursor, isReset: Bool)
    /// A WebSocket; the request was looked at.
    case socket(RoomName)
  }

  let record: PublicRecord
  private let assets = Assets()
  private let page = PageTemplate()

  init(record: PublicRecord) { self.record = record }

  /// Messages that the page shows without JavaScript.
  private static let pageItems = 50

  func respond(to request: WebRequest, _ gateway: GatewayParts) -> Response {
    guard request.method == .GET || request.method == .HEAD else {
      return .answer(
        Answer.refusal(.methodNotAllowed, "only GET and HEAD are answered here")
          .with("Allow", "GET, HEAD"))
    }
    guard !request.isHTTP11 || request.headers["host"].count == 1 else {
      return .answer(.refusal(.badRequest, "a request has one Host"))
    }
    let route = Route(request.path)
    if let room = route.room, let refusal = refusal(of: room, route, gateway.admission) {
      return .answer(refusal)
    }
    switch route {
    case .page(let room): return page(room, request)
    case .asset(let name): return .answer(assets.answer(name, request))
    case .transcript(let room): return transcript(room, request)
    case .messages(let room): return messages(room, request)
    case .digest(let room): return .read { [record] in Answer(.json, record.digest(of: room)) }
    case .events(let room): return events(room, request)
    case .activity(let room): return activity(room, request)
    case .search(let room): return search(room, request)
    case .socket(let room):
      if gateway.options.echoBytes == nil,
        let refusal = SocketAdmittance.refusal(of: request, origins: gateway.options.origins)
      {
        return .answer(refusal)
      }
      return .socket(room)
    case .badRoom:
      let isSocket = request.path.hasSuffix("/socket")
      return .answer(
        .refusal(
          isSocket ? .badRequest : .notFound,
          "a room's name is 1 to 32 of a-z, 0-9 and -, and does not begin with -"))
    case .alive: return .answer(Answer(.text, Array("ok\n".utf8)))
    case .ready: return .answer(gateway.readiness)
    case .version: return .answer(gateway.versionAnswer)
    case .metrics: return .answer(gateway.metrics)
    case .unknown: return .answer(.refusal(.notFound, "nothing is here"))
    }
  }

  /// Why a room's path is not answered.
  private func refusal(of room: RoomName, _ route: Route, _ admission: Admission) -> Answer? {
    guard !admission.opens(room) else { return nil }
    guard admission.options.closedSet == nil else {
      return .refusal(.notFound, "there is no room \(room) here")
    }
    return .refusal(.serviceUnavailable, "no more rooms can be opened now")
  }

  private func page(_ room: RoomName, _ request: WebRequest) -> Response {
    .pastReading(isQueued: false) { [record, page] () throws(PastError) in
      let transcript = try record.transcriptText(of: room, at: nil, items: Self.pageItems)
      let body = page.filled(room: room.text, transcript: transcript)
      return Answer(.html, body).tagged(for: request)
    }
  }

  private func messages(_ room: RoomName, _ request: WebRequest) -> Response {
    guard let before = request.integer("before", from: 0),
      let limit = request.integer("limit", from: 0)
    else {
      return .answer(.refusal(.badRequest, "before and limit are whole numbers"))
    }
    let most = Int(min(limit ?? Int64(Limits.pageItems), Int64(Limits.pageItems)))
    return .reading { [record] () throws(ReadError) in
      Answer(.json, try record.messages(of: room, before: before, limit: most))
    }
  }

  private func events(_ room: RoomName, _ request: WebRequest) -> Response {
    let isLive = request.accepts(MediaType.events.rawValue)
    let last = request.header("last-event-id")
    guard let limit = request.integer("limit", from: 1) else {
      return .answer(.refusal(.badRequest, "limit is a whole number from 1 up"))
    }
    let from = isLive ? last ?? request.query["from"] : request.query["from"]
    let place: Cursor
    switch record.place(from) {
    case .success(let found): place = found
    case .failure where isLive && last != nil && request.method == .GET:
      // A browser gives up for good on any status but 200.
      return .stream(room, record.end(of: room), isReset: true)
    case .failure(.malformed):
      return .answer(.refusal(.badRequest, "from is an offset or a cursor"))
    case .failure(.gone(let start, let next)):
      return .answer(
        .refusal(.gone, "that place is not in this log, which has \(start) to \(next - 1)"))
    }
    if isLive, request.method == .GET {
      return .stream(room, from == nil ? record.end(of: room) : place, isReset: false)
    }
    let most = Int(min(limit ?? Int64(PublicRecord.eventsMost), Int64(PublicRecord.eventsMost)))
    return .reading { [record] () throws(ReadError) in
      let lines = try record.events(in: room, from: place, limit: most, as: .lines)
      return Answer(.lines, lines.bytes + Array("{\"next\":\"\(lines.next.text)\"}\n".utf8))
    }
  }
}

extension Site.Response {
  /// A read that may fail.
  fileprivate static func reading(
    _ body: @escaping @Sendable () throws(ReadError) -> Answer
  ) -> Site.Response {
    .read {
      do throws(ReadError) { return try body() } catch { return .unreadable(error) }
    }
  }
}

extension Answer {
  /// What a failed read means to the client.
  static func unreadable(_ error: ReadError) -> Answer {
    switch error {
    case .outOfRange(_, let start, let next):
      .refusal(.gone, "that place is not in this log, which has \(start) to \(next - 1)")
    case .damaged, .io: .refusal(.serviceUnavailable, "the log cannot be read there now")
    }
  }
}

extension WebRequest {
  /// A number of the query: nil when it is none or too small, `.some(nil)` when it is not there.
  func integer(_ name: String, from least: Int64) -> Int64?? {
    guard let text = query[name] else { return .some(nil) }
    guard let number = Int64(text), number >= least else { return nil }
    return number
  }
}
