import Chat

/// Whether a reply may be ended by who asks for it: pure, moments in, decisions out.
///
/// Those it answers end it alone. Anybody else needs a second one at another address within
/// ``secondMilliseconds``. An address asks ``perHour`` times an hour.
struct StopRequests {
  static let secondMilliseconds: Int64 = 5_000
  static let perHour = 6
  static let hourMilliseconds: Int64 = 3_600_000

  enum Decision: Equatable {
    /// It ends, at the wish of these.
    case granted([ParticipantID])
    /// It ends if another address asks as well.
    case waits
    /// This address asked too often.
    case limited(retryMilliseconds: Int64)
  }

  private struct Wish {
    let reply: Int64
    let by: ParticipantID
    let address: AddressKey
    let at: Int64
  }

  /// The newest wish of each room, by index, that did not suffice.
  private var wishes: [Int: Wish] = [:]
  private var recent = AddressWindow(most: perHour, span: hourMilliseconds)

  /// - Parameters:
  ///   - isAsked: the reply answers them.
  ///   - isLimited: addresses have budgets here.
  mutating func ask(
    _ reply: Int64, in room: Int, by: ParticipantID, from address: AddressKey, isAsked: Bool,
    isLimited: Bool, at now: Int64
  ) -> Decision {
    let wish = wishes[room].flatMap {
      $0.reply == reply && $0.at > now - Self.secondMilliseconds ? $0 : nil
    }
    // To say the same again costs nothing, and keeps the wish fresh.
    let isRepeated = wish?.address == address && wish?.by == by && !isAsked
    if isLimited, !isRepeated {
      if let wait = recent.wait(address, at: now) { return .limited(retryMilliseconds: wait) }
      recent.note(address, at: now)
    }
    if isAsked {
      wishes[room] = nil
      return .granted([by])
    }
    if let wish, wish.address != address {
      wishes[room] = nil
      return .granted(wish.by == by ? [by] : [wish.by, by])
    }
    wishes[room] = Wish(reply: reply, by: by, address: address, at: now)
    return .waits
  }

  /// The log did not take what was granted: it was not asked for.
  mutating func forget(_ address: AddressKey) { recent.forget(address) }
}
