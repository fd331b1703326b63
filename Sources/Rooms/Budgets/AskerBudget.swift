/// How many replies each address may have in a day, and from which address each message came.
///
/// Only in memory: the log knows no address. Pure; moments in monotonic milliseconds.
struct AskerBudget {
  static let perDay = 60
  static let dayMilliseconds: Int64 = 86_400_000
  /// Messages whose address is remembered, the newest: about 2 MiB.
  static let messagesKept = 32_768

  private var addresses: [Int64: AddressKey] = [:]
  private var replies = AddressWindow(most: perDay, span: dayMilliseconds)

  var count: Int { addresses.count }

  /// The message that gets this offset comes from there.
  mutating func note(_ message: Int64, from address: AddressKey) {
    addresses[message] = address
    guard addresses.count > Self.messagesKept else { return }
    for old in addresses.keys.sorted().prefix(Self.messagesKept / 4) { addresses[old] = nil }
  }

  /// Messages at `first` and above will never be written.
  mutating func forget(from first: Int64) {
    addresses = addresses.filter { $0.key < first }
  }

  /// Charges a reply to these messages to each address once.
  ///
  /// Nobody is charged when one has had all of its own; then its messages are named. Messages of
  /// unknown origin cost nothing.
  mutating func reserve(_ messages: [Int64], at now: Int64) -> ReplyReservation {
    let askers = Set(messages.compactMap { addresses[$0] })
    var waits: [AddressKey: Int64] = [:]
    for asker in askers { waits[asker] = replies.wait(asker, at: now) }
    guard let retry = waits.values.min() else {
      for asker in askers { replies.note(asker, at: now) }
      for message in messages { addresses[message] = nil }
      return .granted
    }
    let refused = messages.filter { addresses[$0].map { waits[$0] != nil } ?? false }
    for message in refused { addresses[message] = nil }
    return .refused(refused, limit: Self.perDay, retryMilliseconds: retry)
  }
}
