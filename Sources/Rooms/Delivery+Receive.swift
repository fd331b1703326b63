import Chat
internal import Glibc
import LogStore

extension Delivery {
  /// One whole text message of a client.
  ///
  /// What it says is handed in at the turn's end.
  package func receive(_ bytes: UnsafeRawBufferPointer, from slot: Int32) {
    // What is heard in one turn is heard at one time.
    if submissions.isEmpty { turnTime = now }
    guard connections[Int(slot)]?.isHeard(at: turnTime) == true else { return }
    charge(slot, bytes: bytes.count)
    let message: ClientMessage
    do {
      message = try ClientMessage.parse(bytes)
    } catch {
      write(Refusal(error).json, to: slot)
      return
    }
    switch message {
    case .pong, .unknown: return
    case .hello(let hello): greet(hello, slot)
    case .history(let before, let limit) where connections[Int(slot)]?.isGreeted == true:
      chargeMore(slot)
      readPage(before: before, limit: limit, for: slot)
    default:
      guard connections[Int(slot)]?.saidHello == true, let id = connections[Int(slot)]?.id else {
        write(Refusal(.helloFirst, "say hello first").json, to: slot)
        return
      }
      submissions.append(Submission(connection: id, content: .message(message)))
      handInEarly()
    }
  }

  private func greet(_ hello: Hello, _ slot: Int32) {
    connections[Int(slot)]?.saidHello = true
    chargeMore(slot)
    guard let connection = connections[Int(slot)] else { return }
    submissions.append(
      Submission(
        connection: connection.id,
        content: .hello(hello, room: connection.room, from: connection.address)))
  }

  /// What one admission takes of a turn in which much is said.
  private static var submissionsAtOnce: Int { 256 }

  /// Lets the log write what was said so far while the rest of the turn is read.
  private func handInEarly() {
    guard submissions.count >= Self.submissionsAtOnce else { return }
    handIn()
    // Where there is one processor for both, the log's thread starts its disk before this goes on.
    sched_yield()
  }

  /// A sign of life that is no message: a WebSocket ping or pong.
  package func heard(_ slot: Int32) {
    charge(slot, bytes: 0)
    connections[Int(slot)]?.heard = now
  }

  /// A message over ``Limits/clientMessageBytes``, or a fault of the WebSocket framing.
  package func fault(_ slot: Int32, _ reason: CloseReason) { close(slot, reason) }

  private func readPage(before: Int64, limit: Int, for slot: Int32) {
    guard let connection = connections[Int(slot)], !connection.isReadingPage else { return }
    connections[Int(slot)]?.isReadingPage = true
    let (history, admission, room) = (history, admission, connection.room)
    read(for: connection.id) {
      let form = admission.form(for: room)
      let live = admission.state(of: room)
      do throws(ReadError) {
        let page = try history.page(of: room, before: before, limit: limit, live: live)
        return .page(page.frame(form))
      } catch {
        return .noPage(error)
      }
    }
  }
}
