internal import Chat
internal import LogStore

/// Lists batches and events of segment files as they are, also of files that lie elsewhere.
package struct SegmentDump {
  /// Offsets to show.
  private let range: ClosedRange<Int64>
  private let json: Bool
  /// Whether something could not be read that is not merely the end of a file.
  package private(set) var metDamage = false

  /// The first offset that was not shown, when it was broken off.
  package private(set) var interruptedAt: Int64?

  package init(offsets: ClosedRange<Int64>, json: Bool) {
    range = offsets
    self.json = json
  }

  /// One file: `limit` bytes of it, if not all.
  package mutating func write(
    _ path: String, limit: Int64? = nil, to output: Output
  ) throws(Complaint) {
    do {
      var walk = try SegmentWalk(path: path, limit: limit)
      if !json { output.line(TerminalText.line(walk.name)) }
      while output.isOpen {
        switch try walk.next() {
        case .batch(let batch):
          guard batch.base <= range.upperBound else { return }
          guard !Interruption.isRequested else {
            interruptedAt = max(batch.base, range.lowerBound)
            return
          }
          if batch.last >= range.lowerBound { write(batch, walk, to: output) }
        case .damaged(let damage):
          guard try goOn(behind: damage, &walk) else { return }
        case .end(let zeros):
          if !json, zeros > 0 { output.line("zeros at byte \(walk.position): \(zeros) bytes") }
          return
        }
      }
    } catch {
      throw Complaint(error)
    }
  }

  private mutating func goOn(
    behind damage: SegmentDamage, _ walk: inout SegmentWalk
  ) throws(StorageError) -> Bool {
    let place = "\(damage.file) at byte \(damage.position), offset \(damage.offset)"
    guard try walk.resume() else {
      // A copy of a file that is being written ends like this, and so does one after a crash.
      Talk.say("\(place): no whole batch from here to the end: \(damage.what)")
      return false
    }
    metDamage = true
    Talk.say("\(place): \(damage.what); going on at byte \(walk.position)")
    return true
  }

  private mutating func write(_ batch: BatchSummary, _ walk: SegmentWalk, to output: Output) {
    if !json { output.line(Self.line(batch)) }
    do {
      try walk.records { record in
        guard record.offset <= range.upperBound else { return .stop }
        guard record.offset >= range.lowerBound else { return .advance }
        if json {
          output.line(EventLine.json(record))
        } else {
          output.line("  " + EventLine.text(record))
        }
        return output.isOpen ? .advance : .stop
      }
    } catch {
      metDamage = true
      Talk.say("\(error.file) at byte \(error.position), offset \(error.offset): \(error.what)")
    }
  }

  /// `batch 0 to 11: 12 records, 345 bytes at 0, lz4, crc 89abcdef ok, 2026-… to 2026-…`.
  private static func line(_ batch: BatchSummary) -> String {
    let digits = String(batch.checksum, radix: 16)
    let checksum = String(repeating: "0", count: 8 - digits.count) + digits
    let codec = batch.isCompressed ? "lz4" : "plain"
    return "batch \(batch.base) to \(batch.last): \(batch.count) records, \(batch.bytes) bytes"
      + " at \(batch.position), \(codec), crc \(checksum) ok,"
      + " \(UTCTime.text(batch.baseTimestamp)) to \(UTCTime.text(batch.maxTimestamp))"
  }
}
