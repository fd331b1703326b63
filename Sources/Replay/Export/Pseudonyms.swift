internal import Chat
internal import Hashing

/// Other names for the people of a log, the same for the same person within one key.
///
/// An identifier is shuffled among all identifiers of its kind by a Feistel network whose rounds
/// are HMAC-SHA256 under the key, so that a pseudonym has an identifier's form, two people never
/// share one, and nobody without the key goes back, or forward from a known identifier. Sessions
/// are shuffled for each participant apart.
struct Pseudonyms {
  /// Bytes of a key.
  static let keyBytes = 32
  /// Pairs remembered, so that memory has a bound.
  private static let rememberedMost = 1 << 16
  private static let rounds = 8
  private static let participantBits = 60
  private static let sessionBits = 25

  private let key: [UInt8]
  private var people = NumberTable()
  private var sessions: [SessionKeyed: SessionID] = [:]

  private struct SessionKeyed: Hashable {
    let by: ParticipantID
    let session: SessionID
  }

  init(key: [UInt8]) {
    precondition(key.count == Self.keyBytes, "a key has 32 bytes")
    self.key = key
  }

  /// Tells apart exports with different keys and says nothing of the key: 16 hex digits.
  var keyID: String {
    String(HMAC.sha256(Array("verbatim export key".utf8), key: key).hex.prefix(16))
  }

  /// The model, the server and the operator keep their names.
  mutating func participant(_ id: ParticipantID) -> ParticipantID {
    guard id.isPerson else { return id }
    if let known = people[id.packed] { return ParticipantID(person: known) }
    let found = ParticipantID(
      person: shuffled(id.packed & (1 << 60 - 1), bits: Self.participantBits, tweak: "participant"))
    if people.count >= Self.rememberedMost { people.removeAll() }
    people[id.packed] = found.packed
    return found
  }

  mutating func session(_ session: SessionID, of by: ParticipantID) -> SessionID {
    let keyed = SessionKeyed(by: by, session: session)
    if let known = sessions[keyed] { return known }
    let bits = shuffled(
      UInt64(session.packed), bits: Self.sessionBits, tweak: "session \(by)")
    let found = SessionID(bits: UInt32(truncatingIfNeeded: bits))
    if sessions.count >= Self.rememberedMost { sessions.removeAll() }
    sessions[keyed] = found
    return found
  }

  /// What stands in the place of a resume token's hash, in the same form.
  func token(_ hash: String) -> String {
    HMAC.sha256(Array("token \(hash)".utf8), key: key).base64URL
  }

  /// One of the 2^bits numbers for each of them.
  ///
  ///     left, right = upper and lower half (the lower has the odd bit)
  ///     even rounds: left  ^= HMAC(key, "tweak round right")
  ///     odd rounds:  right ^= HMAC(key, "tweak round left")
  ///
  /// HMAC's first eight bytes, read as a big-endian number, cut to the half's bits.
  private func shuffled(_ value: UInt64, bits: Int, tweak: String) -> UInt64 {
    let lower = (bits + 1) / 2
    let lowerMask: UInt64 = 1 << UInt64(lower) - 1
    let upperMask: UInt64 = 1 << UInt64(bits - lower) - 1
    var left = value >> UInt64(lower)
    var right = value & lowerMask
    for round in 0..<Self.rounds {
      if round.isMultiple(of: 2) {
        left ^= mix("\(tweak) \(round) \(right)") & upperMask
      } else {
        right ^= mix("\(tweak) \(round) \(left)") & lowerMask
      }
    }
    return left << UInt64(lower) | right
  }

  private func mix(_ text: String) -> UInt64 {
    HMAC.sha256(Array(text.utf8), key: key).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
