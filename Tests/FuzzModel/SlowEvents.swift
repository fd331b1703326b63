/// Server-sent events read all at once, line by line, without state.
enum SlowEvents {
  /// The events; nil when some bound of the real reading may be passed.
  static func read(_ bytes: [UInt8]) -> [ServerSentEvents.Event]? {
    var lines = lines(bytes)
    // Without its end the last line is none.
    lines.removeLast()
    if let first = lines.first, first.starts(with: [0xEF, 0xBB, 0xBF]) {
      lines[0] = Array(first.dropFirst(3))
    }
    guard bytes.count < ServerSentEvents.lineBytes else { return nil }
    return lines.split(separator: [], omittingEmptySubsequences: false).dropLast().compactMap {
      event(Array($0))
    }
  }

  private static func event(_ lines: [[UInt8]]) -> ServerSentEvents.Event? {
    let data = lines.compactMap { value("data", $0) }
    guard !data.isEmpty else { return nil }
    let names = lines.compactMap { value("event", $0) }
    return ServerSentEvents.Event(
      name: names.last ?? [], data: Array(data.joined(separator: [UInt8(ascii: "\n")])))
  }

  /// The value of a line with this field; nil when it has another.
  private static func value(_ field: String, _ line: [UInt8]) -> [UInt8]? {
    if line.elementsEqual(field.utf8) { return [] }
    let start = Array("\(field):".utf8)
    guard line.starts(with: start) else { return nil }
    let rest = line.dropFirst(start.count)
    return Array(rest.first == UInt8(ascii: " ") ? rest.dropFirst() : rest)
  }

  /// Cut at CRLF, LF and CR.
  private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    var normal: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if byte == 13 {
        normal.append(10)
      } else if byte != 10 || index == 0 || bytes[index - 1] != 13 {
        normal.append(byte)
      }
    }
    return normal.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) }
  }
}
