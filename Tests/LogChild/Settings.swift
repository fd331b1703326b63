import LogStore

/// What comes behind the two paths on the command line.
struct Settings {
  var options = LogOptions()
  var seed: UInt64 = 1
  /// Appends of a script, or rounds of filling.
  var count = 100
  /// Records of an append, at most.
  var batch = 40

  init?(_ arguments: some Collection<String>) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch name {
      case "--segment":
        guard let bytes = Int64(value) else { return nil }
        options.segmentBytes = bytes
      case "--durability":
        guard let durability = Durability(value) else { return nil }
        options.durability = durability
      case "--ballast":
        guard let bytes = Int64(value) else { return nil }
        options.ballast = .bytes(bytes)
      case "--seed":
        guard let number = UInt64(value) else { return nil }
        seed = number
      case "--rewrite":
        options.rewritesSealed = value == "yes"
      case "--batch":
        guard let number = Int(value), number > 0 else { return nil }
        batch = number
      case "--count":
        guard let number = Int(value) else { return nil }
        count = number
      default: return nil
      }
    }
  }
}

/// Records of 1 to 200 bytes, the same for the same seed.
struct Values {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func batch(_ counts: ClosedRange<Int>) -> [Record] {
    let count = counts.lowerBound + Int(next() % UInt64(counts.count))
    return (0..<count).map { _ in
      // Two halves: one that compresses and one that does not.
      let length = 1 + Int(next() % 100)
      var value = [UInt8](repeating: UInt8(truncatingIfNeeded: next()), count: length)
      for _ in 0..<length { value.append(UInt8(truncatingIfNeeded: next())) }
      return Record(key: [UInt8]("lobby".utf8), value: value)
    }
  }
}
