/// `events {prev, first, offsets?, next, times, events}`: a slice of one room's log, as it came.
///
/// The array is cut into its objects' byte ranges and nothing more; an event is read by whoever
/// needs it. Valid only as long as the bytes it was read from.
package struct EventsFrame {
  /// Offset of the room's event before the first of these; −1: none.
  package let prev: Int64
  package let first: Int64
  /// The cursor to resume from once these were taken.
  package let next: String
  private let bytes: UnsafeRawBufferPointer
  private let ranges: [Range<Int>]
  /// Absent when the offsets are consecutive from `first`.
  private let offsets: [Int64]?
  private let timesRange: Range<Int>?

  package var count: Int { ranges.count }
  package var last: Int64 { ranges.isEmpty ? prev : offset(at: ranges.count - 1) }

  @inline(__always)
  package func offset(at index: Int) -> Int64 { offsets?[index] ?? first + Int64(index) }

  /// The log's bytes of one event.
  @inline(__always)
  package func event(at index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[ranges[index]])
  }

  /// Milliseconds since 1970 of each event, as coarse as the server makes them.
  package func times() throws(WireError) -> [Int64] {
    guard let timesRange else { throw .missing("times") }
    var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[timesRange]))
    let times = try Self.integers(&scanner)
    guard times.count == count else { throw .uneven }
    return times
  }

  /// Reads a whole frame, `type` included.
  init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var scanner = JSONScanner(bytes)
    var prev: Int64?
    var first: Int64?
    var next: String?
    var offsets: [Int64]?
    var times: Range<Int>?
    var ranges: [Range<Int>]?
    var more = try scanner.enterObject()
    while more {
      let name = try scanner.name()
      if name.equals("events") {
        ranges = try Self.slices(&scanner)
      } else if name.equals("prev") {
        prev = try scanner.integer()
      } else if name.equals("first") {
        first = try scanner.integer()
      } else if name.equals("next") {
        next = try scanner.string()
      } else if name.equals("times") {
        times = try scanner.skipValue()
      } else if name.equals("offsets") {
        offsets = try Self.integers(&scanner)
      } else {
        _ = try scanner.skipValue()
      }
      more = try scanner.anotherMember()
    }
    scanner.skipSpace()
    guard scanner.isAtEnd else { throw .unexpected(position: scanner.position) }
    guard let prev else { throw .missing("prev") }
    guard let first else { throw .missing("first") }
    guard let next else { throw .missing("next") }
    guard let ranges else { throw .missing("events") }
    if let offsets {
      guard offsets.count == ranges.count else { throw .uneven }
      guard zip(offsets, offsets.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .missing("offsets")
      }
    }
    self.prev = prev
    self.first = first
    self.next = next
    self.offsets = offsets
    timesRange = times
    self.ranges = ranges
    self.bytes = bytes
  }

  private static func slices(_ scanner: inout JSONScanner) throws(WireError) -> [Range<Int>] {
    guard try scanner.enterArray() else { return [] }
    var ranges: [Range<Int>] = []
    repeat {
      guard try scanner.peek() == UInt8(ascii: "{") else {
        throw .unexpected(position: scanner.position)
      }
      ranges.append(try scanner.skipValue())
    } while try scanner.anotherElement()
    return ranges
  }

  private static func integers(_ scanner: inout JSONScanner) throws(WireError) -> [Int64] {
    guard try scanner.enterArray() else { return [] }
    var numbers: [Int64] = []
    repeat { numbers.append(try scanner.integer()) } while try scanner.anotherElement()
    return numbers
  }
}
