/// The events of an `events` message, each as its bytes stand there.
enum RawEvents {
  private static let opening = Array(#""events":["#.utf8)

  static func split(_ message: [UInt8]) -> [ArraySlice<UInt8>] {
    guard let start = message.indices.first(where: { message[$0...].starts(with: opening) }) else {
      return []
    }
    var events: [ArraySlice<UInt8>] = []
    var (begin, depth, isString, isEscaped) = (start + opening.count, 0, false, false)
    for index in begin..<message.count {
      let byte = message[index]
      if isEscaped {
        isEscaped = false
        continue
      }
      switch byte {
      case UInt8(ascii: "\\"): isEscaped = isString
      case UInt8(ascii: "\""): isString.toggle()
      case UInt8(ascii: "{") where !isString: depth += 1
      case UInt8(ascii: "}") where !isString: depth -= 1
      case UInt8(ascii: ",") where !isString && depth == 0,
        UInt8(ascii: "]") where !isString && depth == 0:
        events.append(message[begin..<index])
        if byte == UInt8(ascii: "]") { return events }
        begin = index + 1
      default: break
      }
    }
    return events
  }
}
