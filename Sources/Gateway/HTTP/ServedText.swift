/// A file of the page as it is served: without the comments and the indentation that its readers
/// here need and a browser does not.
///
/// Line by line, no parser: a comment is a line of its own, or stands behind code after two
/// slashes with no quote behind them. The page's files keep to that; lines stay lines.
enum ServedText {
  static func of(_ source: [UInt8]) -> [UInt8] {
    var served: [UInt8] = []
    served.reserveCapacity(source.count)
    var isComment = false
    for var line in source.split(separator: UInt8(ascii: "\n")) {
      while line.first == UInt8(ascii: " ") { line.removeFirst() }
      if isComment || line.starts(with: "/*".utf8) {
        isComment = !line.hasSuffix("*/")
        continue
      }
      if line.starts(with: "//".utf8) { continue }
      if let end = trailingComment(line) { line = line[..<end] }
      guard !line.isEmpty else { continue }
      served += line
      served.append(UInt8(ascii: "\n"))
    }
    return served
  }

  /// Where a comment behind code begins, with the spaces before it.
  private static func trailingComment(_ line: ArraySlice<UInt8>) -> Int? {
    let mark = Array(" // ".utf8)
    guard line.count > mark.count else { return nil }
    var at = line.endIndex - mark.count
    while at > line.startIndex {
      if line[at] == UInt8(ascii: "\"") || line[at] == UInt8(ascii: "`") { return nil }
      if line[at...].starts(with: mark) { return at }
      at -= 1
    }
    return nil
  }
}

extension ArraySlice<UInt8> {
  fileprivate func hasSuffix(_ end: String) -> Bool {
    suffix(end.utf8.count).elementsEqual(end.utf8)
  }
}
