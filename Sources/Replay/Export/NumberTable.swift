/// Numbers by numbers: an open-addressed table for a hot path.
struct NumberTable {
  private var keys: [UInt64]
  private var values: [UInt64]
  /// Which slots are taken: any number may be a key.
  private var taken: [Bool]
  private(set) var count = 0
  private static let slotsLeast = 64

  init() {
    keys = Array(repeating: 0, count: Self.slotsLeast)
    values = keys
    taken = Array(repeating: false, count: Self.slotsLeast)
  }

  subscript(key: UInt64) -> UInt64? {
    @inline(__always)
    get {
      let slot = slot(of: key)
      return taken[slot] ? values[slot] : nil
    }
    set {
      guard let newValue else { preconditionFailure("nothing is taken out but everything") }
      var slot = slot(of: key)
      if !taken[slot] {
        if count * 2 >= keys.count {
          grow()
          slot = self.slot(of: key)
        }
        count += 1
        taken[slot] = true
        keys[slot] = key
      }
      values[slot] = newValue
    }
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while taken[slot], keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = self
    keys = Array(repeating: 0, count: old.keys.count * 2)
    values = keys
    taken = Array(repeating: false, count: keys.count)
    for index in old.keys.indices where old.taken[index] {
      let slot = slot(of: old.keys[index])
      (keys[slot], values[slot], taken[slot]) = (old.keys[index], old.values[index], true)
    }
  }

  mutating func removeAll() { self = NumberTable() }
}
