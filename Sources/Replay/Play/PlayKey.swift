/// What a key asks of a room that is being played.
package enum PlayKey: Equatable, Sendable {
  case pause
  case forward, back
  case faster, slower
  /// So many milliseconds of the room's own time.
  case seek(Int64)
  /// So many tenths of the way from the first event to the last.
  case jump(Int)
  case end
  case quit

  /// Milliseconds that one press of `]` goes.
  static let seekMilliseconds: Int64 = 10_000

  /// The keys in bytes as a terminal sends them; what means nothing is left out.
  package static func parse(_ bytes: [UInt8]) -> [PlayKey] {
    var keys: [PlayKey] = []
    var rest = bytes[...]
    while let byte = rest.first {
      if byte == 0x1B, let (key, length) = sequence(rest) {
        if let key { keys.append(key) }
        rest = rest.dropFirst(length)
        continue
      }
      if let key = single(byte) { keys.append(key) }
      rest = rest.dropFirst()
    }
    return keys
  }

  private static func single(_ byte: UInt8) -> PlayKey? {
    switch byte {
    case UInt8(ascii: " "): .pause
    case UInt8(ascii: "."): .forward
    case UInt8(ascii: ","): .back
    case UInt8(ascii: "+"), UInt8(ascii: "="): .faster
    case UInt8(ascii: "-"): .slower
    case UInt8(ascii: "["): .seek(-seekMilliseconds)
    case UInt8(ascii: "]"): .seek(seekMilliseconds)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .jump(Int(byte - UInt8(ascii: "0")))
    case UInt8(ascii: "g"): .jump(0)
    case UInt8(ascii: "G"): .end
    case UInt8(ascii: "q"), 0x03, 0x04: .quit
    default: nil
    }
  }

  /// An escape sequence at the start; a lone ESC is no key.
  private static func sequence(_ bytes: ArraySlice<UInt8>) -> (PlayKey?, length: Int)? {
    let bytes = Array(bytes)
    guard bytes.count >= 3, bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else {
      return nil
    }
    switch bytes[2] {
    case UInt8(ascii: "C"): return (.forward, 3)
    case UInt8(ascii: "D"): return (.back, 3)
    case UInt8(ascii: "A"): return (.faster, 3)
    case UInt8(ascii: "B"): return (.slower, 3)
    case UInt8(ascii: "H"): return (.jump(0), 3)
    case UInt8(ascii: "F"): return (.end, 3)
    case UInt8(ascii: "5"): return (.seek(-seekMilliseconds), 4)
    case UInt8(ascii: "6"): return (.seek(seekMilliseconds), 4)
    default: return (nil, 3)
    }
  }
}
