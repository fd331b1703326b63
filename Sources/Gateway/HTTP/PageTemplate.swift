/// The page, cut at its places: `{{room}}` and `{{transcript}}`.
struct PageTemplate: Sendable {
  private enum Part {
    case text([UInt8])
    case room
    case transcript
  }

  private let parts: [Part]

  init(_ html: [UInt8] = ServedText.page(PackageResources.index_html)) {
    var parts: [Part] = []
    var rest = Substring(decoding: html, as: UTF8.self)
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      let name = rest[open.upperBound..<close.lowerBound]
      precondition(name == "room" || name == "transcript", "the page has a place \(name)")
      parts.append(.text(Array(rest[..<open.lowerBound].utf8)))
      parts.append(name == "room" ? .room : .transcript)
      rest = rest[close.upperBound...]
    }
    self.parts = parts + [.text(Array(rest.utf8))]
  }

  /// The page with its places filled, what is HTML in them escaped.
  func filled(room: String, transcript: [UInt8]) -> [UInt8] {
    var page: [UInt8] = []
    page.reserveCapacity(16 * 1024 + transcript.count)
    for part in parts {
      switch part {
      case .text(let bytes): page.append(contentsOf: bytes)
      case .room: Self.escape(Array(room.utf8), into: &page)
      case .transcript: Self.escape(transcript, into: &page)
      }
    }
    return page
  }

  private static func escape(_ bytes: [UInt8], into page: inout [UInt8]) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "&"): page.append(contentsOf: "&amp;".utf8)
      case UInt8(ascii: "<"): page.append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: ">"): page.append(contentsOf: "&gt;".utf8)
      case UInt8(ascii: "\""): page.append(contentsOf: "&quot;".utf8)
      case UInt8(ascii: "'"): page.append(contentsOf: "&#39;".utf8)
      default: page.append(byte)
      }
    }
  }
}
