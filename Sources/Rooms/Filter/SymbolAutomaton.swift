/// Finds any of many sequences of symbols in one pass over a text.
struct SymbolAutomaton {
  /// Edges while sequences are added, by state and symbol.
  private var growing: [UInt64: Int32] = [:]
  private var isEnd = [false]

  // The finished automaton: edges in an open-addressed table with as many empty places as taken
  // ones at least; key 0 is empty, because states are counted from 1 in keys.
  private var keys: [UInt64] = [0]
  private var targets: [Int32] = [0]
  private var shift: UInt64 = 63
  /// The state of the longest proper end of each state's sequence that begins another.
  private var fallback: [Int32] = [0]

  mutating func add(_ sequence: some Sequence<UInt32>) {
    var state: Int32 = 0
    for symbol in sequence {
      let key = Self.key(state, symbol)
      if let next = growing[key] {
        state = next
      } else {
        let next = Int32(isEnd.count)
        isEnd.append(false)
        growing[key] = next
        state = next
      }
    }
    isEnd[Int(state)] = true
  }

  /// Call it once, when all sequences are in.
  mutating func finish() {
    var bits: UInt64 = 1
    while 1 << bits < growing.count * 2 + 1 { bits += 1 }
    shift = 64 - bits
    keys = [UInt64](repeating: 0, count: 1 << bits)
    targets = [Int32](repeating: 0, count: 1 << bits)
    for (key, target) in growing {
      var place = place(of: key)
      while keys[place] != 0 { place = (place + 1) & (keys.count - 1) }
      keys[place] = key
      targets[place] = target
    }
    findFallbacks()
    growing = [:]
  }

  /// States were numbered as sequences came; here they are taken by their depth.
  private mutating func findFallbacks() {
    fallback = [Int32](repeating: 0, count: isEnd.count)
    var edges = [[(symbol: UInt32, target: Int32)]](repeating: [], count: isEnd.count)
    for (key, target) in growing {
      edges[Int(key >> 32) - 1].append((UInt32(truncatingIfNeeded: key), target))
    }
    var queue = edges[0].map(\.target)
    var head = 0
    while head < queue.count {
      let state = Int(queue[head])
      head += 1
      for (symbol, target) in edges[state] {
        fallback[Int(target)] = step(from: fallback[state], symbol)
        if isEnd[Int(fallback[Int(target)])] { isEnd[Int(target)] = true }
        queue.append(target)
      }
    }
  }

  /// Whether any of the sequences is in `text`.
  func accepts(_ text: [UInt32]) -> Bool {
    var state: Int32 = 0
    for symbol in text {
      state = step(from: state, symbol)
      if isEnd[Int(state)] { return true }
    }
    return false
  }

  private func step(from start: Int32, _ symbol: UInt32) -> Int32 {
    var state = start
    while true {
      if let next = target(of: Self.key(state, symbol)) { return next }
      if state == 0 { return 0 }
      state = fallback[Int(state)]
    }
  }

  private func target(of key: UInt64) -> Int32? {
    var place = place(of: key)
    while keys[place] != 0 {
      if keys[place] == key { return targets[place] }
      place = (place + 1) & (keys.count - 1)
    }
    return nil
  }

  private func place(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  private static func key(_ state: Int32, _ symbol: UInt32) -> UInt64 {
    UInt64(state + 1) << 32 | UInt64(symbol)
  }
}
