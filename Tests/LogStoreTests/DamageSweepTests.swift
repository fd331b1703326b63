import Glibc
import Testing

@testable import LogStore

/// Every length a segment can be cut to and every bit of it that can be wrong, judged one by one.
///
/// VERBATIM_SWEEP_LENGTHS and VERBATIM_SWEEP_BITS are the segments' sizes in bytes; a release is
/// judged with 65,536 and 16,384.
@Suite struct DamageSweepTests {
  /// A segment of at least so many bytes, left by a crash: all of it is behind the recovery point.
  private struct Left {
    let directory = TemporaryDirectory(inMemory: true)
    let file: [UInt8]
    /// Where each batch ends, and the offset that comes next there.
    var ends: [(position: Int, next: Int64)] = [(0, 0)]
    /// A hash of each record.
    var hashes: [Int] = []

    init(bytes wanted: Int, isClosed: Bool = false, rolls: Bool = false) throws {
      var generator = Seeded(UInt64(wanted))
      let log = try directory.open(.growing)
      while ends[ends.count - 1].position < wanted {
        let batch = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
          Record.random(&generator)
        }
        let range = try log.append(batch)
        hashes += batch.map(\.hashValue)
        let size = try POSIXStorage().open(directory.layout.segment(0), .read).size()
        ends.append((Int(size), range.upperBound))
      }
      if isClosed || rolls { log.close() } else { log.abandon() }
      file = try LogStoreTests.bytes(of: directory.layout.segment(0))
      guard rolls else { return }
      let again = try directory.open(LogOptions(segmentBytes: 1, preparesZeros: false))
      try again.append([Record("the next segment")])
      again.close()
    }

    /// Bytes behind the last whole batch before `length` that are not zeros written ahead.
    func torn(_ length: Int) -> Int64 {
      let start = end(before: length).position
      let last = file[start..<length].lastIndex { $0 != 0 }
      return Int64(last.map { $0 + 1 - start } ?? 0)
    }

    func end(before length: Int) -> (position: Int, next: Int64) {
      ends.last { $0.position <= length } ?? (0, 0)
    }
  }

  private static func size(_ name: String, orElse size: Int) -> Int {
    getenv(name).flatMap { Int(String(cString: $0)) } ?? size
  }

  @Test func `a segment cut to any length keeps every whole batch, and no other`() throws {
    let left = try Left(bytes: Self.size("VERBATIM_SWEEP_LENGTHS", orElse: 3_000))
    let path = left.directory.layout.segment(0)
    let file = try POSIXStorage().open(path, .write)
    var wrong: [Int] = []
    for length in stride(from: left.file.count, through: 0, by: -1) {
      try file.truncate(to: Int64(length))
      let end = left.end(before: length)
      let reader = try LogReader.open(left.directory.path)
      var hashes: [Int] = []
      let from = max(0, end.next - 12)
      try reader.scan(from: from, to: nil) { view in
        hashes.append(view.record.hashValue)
        return .advance
      }
      if reader.state.health != .ok || reader.state.next != end.next
        || reader.tornBytes != left.torn(length)
        || hashes != Array(left.hashes[Int(from)..<Int(end.next)])
      {
        wrong.append(length)
      }
      guard length == end.position || length == end.position + 1 || length % 1_009 == 0 else {
        continue
      }
      let copy = try left.directory.copy()
      let log = try copy.open(.growing)
      #expect(log.opening.cutBytes == left.torn(length))
      #expect(try log.append([Record("after")]).lowerBound == end.next)
      #expect(try log.all().map(\.record.hashValue).dropLast() == left.hashes[..<Int(end.next)])
    }
    #expect(wrong.isEmpty)
    print("lengths: \(left.file.count + 1) judged, \(wrong.count) wrongly")
  }

  @Test func `any bit of the last segment is damage, or torn and nothing before it lost`() throws {
    let bytes = Self.size("VERBATIM_SWEEP_BITS", orElse: 600)
    let left = try Left(bytes: bytes)
    let closed = try Left(bytes: bytes, isClosed: true)
    let start = left.ends[left.ends.count - 2]
    var silent: [Int] = []
    try Self.flipEach(closed) { bit in
      guard case .damaged = try LogReader.open(closed.directory.path).state.health else {
        return silent.append(bit)
      }
    }
    try Self.flipEach(left) { bit in
      let reader = try LogReader.open(left.directory.path)
      if case .damaged = reader.state.health { return }
      let isTorn =
        bit / 8 >= start.position && reader.state.next == start.next && reader.tornBytes > 0
      if !isTorn { silent.append(bit) }
    }
    #expect(silent.isEmpty)
    print("bits: \(16 * left.file.count) judged, \(silent.count) silent")
  }

  @Test func `any bit of a sealed segment is met by whoever reads it, and costs one batch`() throws
  {
    let left = try Left(bytes: Self.size("VERBATIM_SWEEP_BITS", orElse: 600), rolls: true)
    var silent: [Int] = []
    try Self.flipEach(left) { bit in
      let end = left.end(before: bit / 8)
      let reader = try LogReader.open(left.directory.path)
      var count: Int64 = 0
      var fault: ReadError?
      do throws(ReadError) {
        try reader.scan(from: 0, to: nil) { _ in
          count += 1
          return .advance
        }
      } catch { fault = error }
      guard case .damaged(_, let position, let offset, _)? = fault, count == end.next,
        position == Int64(end.position), offset == end.next
      else { return silent.append(bit) }
    }
    #expect(silent.isEmpty)
    print("bits of a sealed segment: \(8 * left.file.count) judged, \(silent.count) silent")
  }

  private static func flipEach(_ left: Left, _ judge: (Int) throws -> Void) throws {
    let file = try POSIXStorage().open(left.directory.layout.segment(0), .write)
    func put(_ byte: UInt8, at index: Int) throws {
      try [byte].withUnsafeBytes { try file.write($0, at: Int64(index)) }
    }
    for bit in 0..<left.file.count * 8 {
      try put(left.file[bit / 8] ^ 1 << UInt8(bit % 8), at: bit / 8)
      try judge(bit)
      try put(left.file[bit / 8], at: bit / 8)
    }
  }
}

extension Record {
  /// FNV-1a over key, value and headers.
  fileprivate var hashValue: Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func take(_ bytes: [UInt8]) {
      for byte in bytes + [0xFF] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    take(key ?? [0])
    take(value)
    for header in headers {
      take(header.name)
      take(header.value)
    }
    return Int(truncatingIfNeeded: hash)
  }
}
