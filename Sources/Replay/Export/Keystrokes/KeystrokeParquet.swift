internal import Chat

/// `parquet`: every edit a row, in the columns of ``KeystrokeColumn``.
final class KeystrokeParquet: ExportWriter {
  private(set) var rows: Int64 = 0
  private var groupRows = 0
  private let participant = KeystrokeParquet.text("participant")
  private let session = KeystrokeParquet.text("session")
  private let message = KeystrokeParquet.integer("message")
  private let time = KeystrokeParquet.integer("time", .timestamp, optional: true)
  private let clientTime = KeystrokeParquet.integer("client_time", optional: true)
  private let kind = KeystrokeParquet.text("kind")
  private let position = KeystrokeParquet.integer("position")
  private let deleted = KeystrokeParquet.integer("deleted")
  private let inserted = KeystrokeParquet.text("inserted")
  private let length = KeystrokeParquet.integer("length")
  private let offset = KeystrokeParquet.integer("offset")
  private let room = KeystrokeParquet.text("room")
  private let table: ParquetFile

  static let createdBy = "verbatim"

  init(_ file: ExportFile) {
    table = ParquetFile([
      participant, session, message, time, clientTime, kind, position, deleted, inserted, length,
      offset, room,
    ]) { file.append($0) }
  }

  private static func text(_ name: String) -> TextColumn {
    TextColumn(name, capacity: ParquetFile.groupRows)
  }

  private static func integer(
    _ name: String, _ kind: ParquetField.Kind = .integer, optional: Bool = false
  ) -> IntegerColumn {
    IntegerColumn(name, kind, optional: optional, capacity: ParquetFile.groupRows)
  }

  func write(_ row: Keystroke, _ value: UnsafeRawBufferPointer, isPlain: Bool) {
    participant.append(key: row.participant.packed) { Array("\(row.participant)".utf8) }
    session.append(key: UInt64(row.session.packed)) { Array("\(row.session)".utf8) }
    message.append(row.message)
    time.append(row.time)
    clientTime.append(row.clientTime)
    kind.append(
      UnsafeRawBufferPointer(
        start: row.kind.text.utf8Start, count: row.kind.text.utf8CodeUnitCount))
    position.append(row.position)
    deleted.append(row.deleted)
    inserted.append(row.inserted)
    length.append(row.length)
    offset.append(row.offset)
    room.append(key: UInt64(row.roomIndex)) { row.room.key }
    groupRows += 1
    if groupRows == ParquetFile.groupRows || inserted.plainBytes > ParquetFile.groupTextBytes {
      endGroup()
    }
  }

  private func endGroup() {
    table.endGroup(rows: groupRows)
    rows += Int64(groupRows)
    groupRows = 0
  }

  func finish(notes: [(name: String, value: String)]) {
    endGroup()
    table.finish(createdBy: Self.createdBy, notes: notes)
  }
}
