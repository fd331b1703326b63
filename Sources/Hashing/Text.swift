extension [UInt8] {
  /// Lower-case hex digits.
  package var hex: String {
    String(decoding: flatMap { [Self.digit($0 >> 4), Self.digit($0 & 15)] }, as: UTF8.self)
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// Reads hex digits of either case; nil when they are none or odd in number.
  package init?(hex text: String) {
    let digits = text.utf8.map { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
      default: nil
      }
    }
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      append(high << 4 | low)
    }
  }

  /// base64url without padding (RFC 4648 §5).
  package var base64URL: String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((count * 4 + 2) / 3)
    var index = 0
    while index < count {
      let group =
        UInt32(self[index]) << 16
        | (index + 1 < count ? UInt32(self[index + 1]) << 8 : 0)
        | (index + 2 < count ? UInt32(self[index + 2]) : 0)
      for digit in 0..<Swift.min(4, count - index + 1) {
        text.append(alphabet[Int(group >> UInt32(18 - 6 * digit) & 63)])
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Standard base64 with padding (RFC 4648 §4).
  package var base64: String {
    let digits = base64URL.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
    return String(decoding: digits + padding, as: UTF8.self)
  }
}
