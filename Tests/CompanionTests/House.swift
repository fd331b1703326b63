import Chat
import Companion
import Foundation
import LogStore
import Rooms
import Synchronization
import TestSupport

/// A log on disk, a room that takes everything, and a companion on its own thread.
final class House: Sendable {
  private let directory: String
  let log: Log
  let companion: CompanionHost

  /// What the log takes in the room's name, without asking.
  private struct OpenDoor: Admitting {
    let log: Log
    func reserveReply(to messages: [Int64]) -> ReplyReservation { .granted }
    func propose(_ events: [Event], in room: RoomName) -> Proposal {
      let records = events.map { Record(key: room.key, value: $0.canonicalJSON) }
      guard let first = try? log.submit(records, generation: 1) else {
        return .unavailable(retryMilliseconds: 10)
      }
      return .submitted(firstOffset: first)
    }
  }

  init(
    _ providers: [Provider], before: [Event] = [],
    _ change: (inout CompanionOptions) -> Void = { _ in }
  ) throws {
    directory =
      FileManager.default.temporaryDirectory.appending(path: "companion-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    log = try Log.open(directory)
    for event in before { try House.append(event, to: log) }
    var options = CompanionOptions(providers: providers)
    change(&options)
    companion = CompanionHost(log: log, rooms: OpenDoor(log: log), options: options)
    companion.start()
  }

  /// Everything down, and the directory gone.
  func close() {
    companion.stop()
    log.close()
    try? FileManager.default.removeItem(atPath: directory)
  }

  @discardableResult
  func say(_ text: String) throws -> Int64 { try House.append(.message(text), to: log) }

  func write(_ event: Event) throws { try House.append(event, to: log) }

  @discardableResult
  private static func append(_ event: Event, to log: Log) throws -> Int64 {
    try log.append([Record(key: RoomName.lobby.key, value: event.canonicalJSON)]).lowerBound
  }

  /// All events so far.
  func events() throws -> [Event] {
    var events: [Event] = []
    var tail = log.tail(from: 0)
    while try tail.poll(
      limit: 10_000, { if let event = try? Event.decode($0.value) { events.append(event) } }) > 0
    {}
    return events
  }

  /// The events once they are as wanted; after the hang guard as they are.
  func events(until isWanted: @escaping @Sendable ([Event]) -> Bool) async throws -> [Event] {
    try await withCheckedThrowingContinuation { continuation in
      detach { [self] in continuation.resume(with: Result { try wait(isWanted) }) }
    }
  }

  /// Until a reply has finished.
  func eventsUntilFinish(_ count: Int = 1) async throws -> [Event] {
    try await events { $0.finishes.count >= count }
  }

  private func wait(_ isWanted: ([Event]) -> Bool) throws -> [Event] {
    let bell = DispatchSemaphore(value: 0)
    let observation = log.observe { bell.signal() }
    defer { observation.cancel() }
    var events = try events()
    while !isWanted(events) {
      guard bell.wait(timeout: .now() + 30) == .success else { break }
      events = try self.events()
    }
    return events
  }
}

extension [Event] {
  var finishes: [ReplyFinish] {
    compactMap { if case .replyFinished(let finish) = $0 { finish } else { nil } }
  }

  var failures: [ProviderFailure] {
    compactMap { if case .providerFailed(let failure) = $0 { failure } else { nil } }
  }

  var replyText: String {
    reduce(into: "") { if case .replyChunk(_, _, let text) = $1 { $0 += text } }
  }
}
