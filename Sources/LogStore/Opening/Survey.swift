/// What a data directory holds, found by reading alone; acting on it is somebody else's.
struct Survey {
  /// Where and why the log cannot be trusted.
  struct Damage: Error, Equatable, CustomStringConvertible {
    let file: String
    let position: Int64
    let offset: Int64
    let what: String

    var description: String {
      "\(file) at byte \(position), from offset \(offset) on: \(what)"
    }
  }

  /// The segment that is written, as far as it is good.
  struct Active {
    let segment: Segment
    let scan: SegmentScan
    /// Bytes that are no batch and are to be cut; 0 if none.
    var tornBytes: Int64 = 0
  }

  let layout: Layout
  var meta: Meta
  var point: RecoveryPoint
  var sealed: [SegmentSpan] = []
  /// Segments that are not the last and were not in `meta`, checked.
  var entered: [String] = []
  var active: Active?
  /// Where in the active segment the recovery point lies, in bytes.
  var pointPosition: Int64 = 0
  var damage: Damage?
  /// Nothing can be read between here and the end that is known: the damage lies there.
  var endsInDamage = false
  /// A directory in use was read to the committed end, as whoever writes it said.
  var isToldEnd = false

  var start: Int64 { sealed.first?.base ?? active?.segment.base ?? 0 }
  var next: Int64 { active?.scan.next ?? sealed.last?.next ?? 0 }

  mutating func note(_ found: Damage) {
    if damage == nil { damage = found }
  }
}

/// Why a survey could not even begin.
enum SurveyError: Error {
  case disk(StorageError)
  case open(OpenError)
}
