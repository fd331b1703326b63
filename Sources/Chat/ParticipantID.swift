/// Who an event is by: a person (`p` and 12 base32 characters), or one of the three fixed authors.
///
/// Sixty-four bits, so that a fold compares and hashes one integer. Ordered like the text's bytes:
/// `companion` < `operator` < `p…` < `server`.
package struct ParticipantID: Hashable, Sendable, Comparable {
  /// Two bits of kind, then sixty bits of base32.
  package let packed: UInt64

  /// The language model.
  package static let companion = ParticipantID(packed: 0)
  /// Whoever runs the server.
  package static let `operator` = ParticipantID(packed: 1 << 62)
  /// The server itself.
  package static let server = ParticipantID(packed: 3 << 62)

  static let personKind: UInt64 = 2 << 62
  static let characters = 12

  @inline(__always)
  init(packed: UInt64) { self.packed = packed }

  /// A person, from 60 random bits; higher bits are ignored.
  package init(person bits: UInt64) {
    packed = Self.personKind | bits & (1 << 60 - 1)
  }

  /// Parses the text of an identifier; nil when it is none.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard let id = bytes.withUnsafeBytes({ ParticipantID(utf8: $0) }) else { return nil }
    self = id
  }

  /// Parses the bytes of an identifier; nil when they are none.
  @inline(__always)
  package init?(utf8 bytes: UnsafeRawBufferPointer) {
    if bytes.count == Self.characters + 1, bytes[0] == UInt8(ascii: "p") {
      guard let bits = Base32.pack(bytes, from: 1, count: Self.characters) else { return nil }
      packed = Self.personKind | bits
      return
    }
    if bytes.elementsEqual("companion".utf8) {
      self = .companion
    } else if bytes.elementsEqual("server".utf8) {
      self = .server
    } else if bytes.elementsEqual("operator".utf8) {
      self = .operator
    } else {
      return nil
    }
  }

  /// Whether this is a visitor, and not the model, the server or the operator.
  package var isPerson: Bool { packed & 3 << 62 == Self.personKind }

  package static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }

  func append(to bytes: inout [UInt8]) {
    switch self {
    case .companion: bytes.append(contentsOf: "companion".utf8)
    case .operator: bytes.append(contentsOf: "operator".utf8)
    case .server: bytes.append(contentsOf: "server".utf8)
    default:
      bytes.append(UInt8(ascii: "p"))
      Base32.append(packed, count: Self.characters, to: &bytes)
    }
  }
}

extension ParticipantID: CustomStringConvertible {
  package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
