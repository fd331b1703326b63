/// JSON with line breaks, for files that people read too.
enum Indented {
  /// The same value, one member or element a line.
  static func json(_ compact: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(compact.count * 2)
    var depth = 0
    var isInText = false
    var isEscaped = false
    for (index, byte) in compact.enumerated() {
      if isInText {
        out.append(byte)
        isInText = isEscaped || byte != UInt8(ascii: "\"")
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        continue
      }
      let next = index + 1 < compact.count ? compact[index + 1] : 0
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        out.append(byte)
        depth += 1
        if !isClosing(next) { breakLine(&out, depth) }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if let last = out.last, !isOpening(last) { breakLine(&out, depth) }
        out.append(byte)
      case UInt8(ascii: ","):
        out.append(byte)
        breakLine(&out, depth)
      case UInt8(ascii: ":"): out.append(contentsOf: [byte, UInt8(ascii: " ")])
      default:
        out.append(byte)
        isInText = byte == UInt8(ascii: "\"")
      }
    }
    out.append(UInt8(ascii: "\n"))
    return out
  }

  private static func isOpening(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
  }

  private static func isClosing(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }

  private static func breakLine(_ out: inout [UInt8], _ depth: Int) {
    out.append(UInt8(ascii: "\n"))
    out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }
}
