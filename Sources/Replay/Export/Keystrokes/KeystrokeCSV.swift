internal import Chat

/// `csv`: every edit a row, one row a line, with a header; numbers bare, no value is empty.
final class KeystrokeCSV: ExportWriter {
  private(set) var rows: Int64 = 0
  private let file: ExportFile

  /// Bytes of a row but for what was inserted, at most: seven numbers, identifiers, kind, room.
  private static let rowBytes = 7 * Decimal.bytesMost + 13 + 5 + 7 + 32 + 16

  init(_ file: ExportFile) {
    self.file = file
    let names = KeystrokeColumn.all.map(\.name).joined(separator: ",")
    file.piece.append(Array((names + "\n").utf8))
  }

  func write(_ keystroke: Keystroke, _ value: UnsafeRawBufferPointer, isPlain: Bool) {
    let piece = file.piece
    let most = Self.rowBytes + keystroke.inserted.count * CSVText.growthMost
    var row = RowWriter(piece.reserve(most))
    row.id(keystroke.participant)
    row.id(keystroke.session)
    row.number(keystroke.message)
    row.number(keystroke.time)
    row.number(keystroke.clientTime)
    row.text(keystroke.kind)
    row.number(keystroke.position)
    row.number(keystroke.deleted)
    row.quoted(keystroke.inserted)
    row.number(keystroke.length)
    row.number(keystroke.offset)
    row.last(keystroke.room.key)
    piece.wrote(upTo: row.position)
    rows += 1
    file.passOn()
  }
}

/// Writes one row into memory that is known to be large enough.
private struct RowWriter {
  private(set) var position: UnsafeMutableRawPointer

  @inline(__always)
  init(_ start: UnsafeMutableRawPointer) { position = start }

  @inline(__always)
  private mutating func byte(_ value: UInt8) {
    position.storeBytes(of: value, as: UInt8.self)
    position += 1
  }

  @inline(__always)
  private mutating func comma() { byte(UInt8(ascii: ",")) }

  @inline(__always)
  mutating func id(_ id: ParticipantID) {
    Base32Text.write(id, at: position)
    position += 13
    comma()
  }

  @inline(__always)
  mutating func id(_ id: SessionID) {
    Base32Text.write(id, at: position)
    position += 5
    comma()
  }

  @inline(__always)
  mutating func number(_ value: Int64) {
    position = Decimal.write(value, at: position)
    comma()
  }

  @inline(__always)
  mutating func number(_ value: Int64?) {
    if let value { position = Decimal.write(value, at: position) }
    comma()
  }

  @inline(__always)
  mutating func text(_ kind: EditKind) {
    let text = kind.text
    position.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    position += text.utf8CodeUnitCount
    comma()
  }

  @inline(__always)
  mutating func quoted(_ text: UnsafeRawBufferPointer) {
    byte(UInt8(ascii: "\""))
    position = CSVText.write(text, at: position)
    byte(UInt8(ascii: "\""))
    comma()
  }

  @inline(__always)
  mutating func last(_ key: [UInt8]) {
    key.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { position.copyMemory(from: base, byteCount: bytes.count) }
    }
    position += key.count
    byte(UInt8(ascii: "\n"))
  }
}
