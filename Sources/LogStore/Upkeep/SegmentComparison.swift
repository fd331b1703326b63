/// Reads a rewritten file back and holds it against the segment it was made of, record by record.
struct SegmentComparison {
  private let span: SegmentSpan
  private var source: RecordStream
  private var target: RecordStream
  private var index: IndexGathering
  private var rooms: RoomTable.Builder
  private var checksum: UInt32 = 0
  private let bytes: Int64
  private(set) var isAtEnd = false

  init(_ span: SegmentSpan, _ storage: any Storage, path: String, bytes: Int64)
    throws(StorageError)
  {
    self.span = span
    self.bytes = bytes
    let file = try storage.open(path, .read)
    let unused = SegmentIndex(offsetPath: "", timePath: "", entries: .init())
    let segment = Segment(base: span.base, path: path, file: file, index: unused)
    source = RecordStream(span)
    target = RecordStream(SegmentSpan(segment: segment, next: span.next, bytes: bytes))
    index = IndexGathering(base: span.base)
    rooms = RoomTable.Builder(base: span.base)
  }

  /// Compares about so many bytes of the new file.
  mutating func step(bytes: Int64) throws(SegmentRewrite.Failure) {
    do {
      var done: Int64 = 0
      while done < bytes {
        guard let batch = try target.nextBatch() else {
          guard try source.nextOfAll() == nil, target.expected == span.next else {
            throw SegmentRewrite.Failure.differs(offset: target.expected)
          }
          isAtEnd = true
          return
        }
        checksum = crc32c(batch.bytes, after: checksum)
        index.add(batch.header, at: batch.position)
        rooms.begin(base: batch.header.base, at: batch.position)
        done += Int64(batch.header.totalBytes)
        while let record = try target.next() {
          guard let original = try source.nextOfAll(), original == record else {
            throw SegmentRewrite.Failure.differs(offset: record.offset)
          }
          rooms.add(record.key, offset: record.offset)
        }
      }
    } catch let error as ReadError {
      throw .read(error)
    } catch let failure as SegmentRewrite.Failure {
      throw failure
    } catch {
      preconditionFailure("two kinds of errors only")
    }
  }

  /// The checksum of the new file and what is to lie beside it.
  func finish() -> (checksum: UInt32, entries: SegmentIndex.Entries, rooms: RoomTable?) {
    (checksum, index.finish(), rooms.finish(logBytes: bytes))
  }
}

extension StoredRecord: Equatable {
  static func == (left: Self, right: Self) -> Bool {
    left.offset == right.offset && left.timestamp == right.timestamp
      && left.attributes == right.attributes && left.content.elementsEqual(right.content)
  }
}
