import Chat
import Client
import Glibc
import LogStore
import Rooms

/// One typist at work on one recorded session after another, on a socket that is an array.
struct Desk {
  let house: House
  let room: RoomName
  private var typist: Typist?
  private var slot: Int32 = -1
  private var keys: ArraySlice<RecordedSession.Key> = []
  private static var keysAtOnce: Int { 48 }

  init(house: House, room: RoomName) {
    self.house = house
    self.room = room
  }

  var isDone: Bool { typist == nil }

  mutating func begin(_ session: RecordedSession) {
    keys = session.keys[...]
    typist = Typist(name: session.name, seed: UInt64.random(in: .min ... .max), at: Self.now)
  }

  private static var now: Int64 { SystemTime().monotonicNanoseconds }

  /// Types a few more keys; leaves once everything is acknowledged.
  mutating func work() {
    guard typist != nil else { return }
    perform(typist?.wake(at: Self.now) ?? [])
    for _ in 0..<Self.keysAtOnce {
      guard typist?.takesKeystrokes == true, let key = keys.popFirst() else { break }
      perform(typist?.type(key.key, t: key.t, at: Self.now) ?? [])
    }
    if keys.isEmpty, typist?.isSettled == true { perform(typist?.leave() ?? []) }
  }

  /// Takes what the server said.
  mutating func read() {
    guard slot >= 0 else { return }
    for frame in house.sink.take(slot) {
      let actions = frame.payload.withUnsafeBytes { bytes in
        (try? ServerMessage(bytes)).map { typist?.receive($0, at: Self.now) ?? [] }
      }
      guard let actions else { fail("the server said what is no message") }
      perform(actions)
    }
  }

  private mutating func perform(_ actions: [TypistAction]) {
    for action in actions {
      switch action {
      case .connect:
        slot = house.delivery.open(room: room)
        perform(typist?.opened(at: Self.now) ?? [])
      case .say(let message): say(message)
      case .write(_, let pending, _): say(pending.message)
      case .acknowledged(let author, _, let offset):
        guard let offset else { continue }
        report("acked \(author.by) \(author.session) \(author.seq) \(offset)\n")
      case .ended(.left):
        typist = nil
        slot = -1
      case .ended(let ending): fail("a typist gave up: \(ending)")
      case .filtered: fail("nothing is filtered here")
      case .disconnect, .returned, .renewed: break
      }
    }
  }

  private func say(_ message: Client.ClientMessage) {
    message.json.withUnsafeBytes { house.delivery.receive($0, from: slot) }
  }
}
