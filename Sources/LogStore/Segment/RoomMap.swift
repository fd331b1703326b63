/// Which batches of the segment that is written hold records of a key, as far as somebody asked.
///
/// Bounded: of a key at most 64 batches are known, then only where its first and last record are;
/// of more keys than it has room for, nothing.
struct RoomMap: Sendable {
  static let batchesMax = 64
  static let keysMax = 4_096

  struct Listed: Sendable, Equatable {
    /// Offsets of the first and the last record.
    let first: Int64
    var last: Int64
    /// `nil`: too many.
    var batches: [RoomTable.Place]?
  }

  /// The end of what was looked at: in bytes, and the offset that comes next.
  private(set) var position: Int64 = 0
  private(set) var next: Int64
  private var keys: [[UInt8]: Listed] = [:]
  /// There were more keys than are kept, so that a key that is not here may still have records.
  private(set) var isPartial = false
  private var lastKey: [UInt8] = []

  init(base: Int64) { next = base }

  subscript(_ key: [UInt8]) -> Listed? { keys[key] }

  /// Takes note of the next batch.
  mutating func add(_ batch: BatchSlice, _ records: RecordCursor) throws(BatchFault) {
    var records = records
    let place = RoomTable.Place(base: batch.header.base, position: batch.position)
    while let view = try records.next() {
      guard let key = view.key else { continue }
      if !key.elementsEqual(lastKey) { lastKey = [UInt8](key) }
      note(lastKey, view.offset, place)
    }
    position = batch.position + Int64(batch.header.totalBytes)
    next = batch.header.next
  }

  private mutating func note(_ key: [UInt8], _ offset: Int64, _ place: RoomTable.Place) {
    guard var listed = keys[key] else {
      if keys.count == Self.keysMax {
        isPartial = true
      } else {
        keys[key] = Listed(first: offset, last: offset, batches: [place])
      }
      return
    }
    guard listed.last < place.base else {
      // The batch is listed already, or the list is given up.
      keys[key]?.last = offset
      return
    }
    listed.last = offset
    if listed.batches?.count == Self.batchesMax { listed.batches = nil }
    listed.batches?.append(place)
    keys[key] = listed
  }
}
