internal import Chat

/// Where the sessions are that were heard lately, without hashing: a guess for each key, to be
/// checked against the session found there.
///
/// Of no meaning to a room's state: any two are equal.
struct SlotHints: Equatable, Sendable {
  private var slots = InlineArray<64, UInt32>(repeating: 0)

  @inline(__always)
  private static func place(of key: SessionKey) -> Int {
    let mixed = (key.by.packed ^ UInt64(key.session.packed)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 58)
  }

  @inline(__always)
  subscript(key: SessionKey) -> Int {
    get { Int(slots[Self.place(of: key)]) }
    set { slots[Self.place(of: key)] = UInt32(truncatingIfNeeded: newValue) }
  }

  static func == (left: Self, right: Self) -> Bool { true }
}
