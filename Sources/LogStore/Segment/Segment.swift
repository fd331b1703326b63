/// One segment file, open for reading, with its index: what a reader holds together.
///
/// The descriptor stays good when the file is replaced or removed, so a position found through this
/// index is only ever used on this file.
final class Segment: Sendable {
  /// The first offset.
  let base: Int64
  let path: String
  let file: any StoredFile
  let index: SegmentIndex
  /// Where each key's records are.
  let rooms: SegmentRooms
  /// There is nothing to gain by rewriting it.
  let isShrunk: Bool

  init(
    base: Int64, path: String, file: any StoredFile, index: SegmentIndex, isShrunk: Bool = false
  ) {
    self.base = base
    self.path = path
    self.file = file
    self.index = index
    self.isShrunk = isShrunk
    rooms = SegmentRooms(path: path.dropLast(4) + ".rooms")
  }

  var name: String { Layout.fileName(path) }
}

/// What of a segment a reader may see: the batches of `base..<next`, in its first `bytes` bytes.
struct SegmentSpan: Sendable {
  let segment: Segment
  let next: Int64
  let bytes: Int64

  var base: Int64 { segment.base }

  func fault(_ fault: BatchFault, at position: Int64, offset: Int64) -> ReadError {
    .damaged(file: segment.name, position: position, offset: offset, what: fault.description)
  }

  func failure(_ error: StorageError) -> ReadError {
    .io(errno: error.errno, file: segment.name)
  }
}
