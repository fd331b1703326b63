@testable import LogStore

/// The logs in `data/samples/log-v1`: written from fixed numbers, the same bytes wherever liblz4 is
/// the same.
///
/// Made once and never again: a later release must read what this one wrote.
enum GoldenLog: String, CaseIterable {
  /// Closed, with its first segment rewritten and two more as they were appended.
  case closed
  /// Left behind by a process that was killed, zeros ahead and all.
  case crashed

  /// Bytes after which its segments are sealed.
  private static let segmentBytes: Int64 = 16 << 10
  private static let start: Int64 = 1_700_000_000_000

  var path: String { "\(Self.samples)/log-v1/\(rawValue)" }

  /// `data/samples` of the repository these sources are in.
  static var samples: String {
    let here: [Substring] = #filePath.split(separator: "/").dropLast(3)
    return "/" + here.joined(separator: "/") + "/data/samples"
  }

  /// Writes it to a directory.
  func write(to directory: TemporaryDirectory) throws {
    let time = FakeTime(wall: Self.start)
    var options = LogOptions(segmentBytes: Self.segmentBytes)
    options.rewritesSealed = true
    let log = try Log.openStepped(
      directory.path, options: options, storage: POSIXStorage(), time: time, random: Seeded(1))
    var generator = Seeded(self == .closed ? 2 : 3)
    var typed = 0
    for turn in 0..<(self == .closed ? 110 : 60) {
      time.pass(milliseconds: Int64.random(in: 0...400, using: &generator))
      let count = Int.random(in: 1...(turn % 8 == 7 ? 60 : 6), using: &generator)
      let records = (0..<count).map { _ in
        typed += 1
        return Self.record(typed, &generator)
      }
      try log.append(records)
      if self == .closed, turn == 60 { log.steppedUpkeep(options).run() }
    }
    if self == .closed { log.close() } else { log.abandon() }
  }

  /// A keystroke mostly; sometimes bytes of any kind, without a key, or with none at all.
  private static func record(_ number: Int, _ generator: inout Seeded) -> Record {
    switch Int.random(in: 0..<12, using: &generator) {
    case 0:
      var record = Record.random(&generator)
      for index in record.headers.indices {
        record.headers[index].name = [UInt8]("hü\(index)".utf8)
      }
      return record
    case 1: return Record(key: nil, value: [])
    default:
      let room = ["lobby", "den"][number % 3 == 0 ? 1 : 0]
      let letter = Array("the quick brown fox ")[number % 20]
      let value =
        #"{"type":"draft.edited","by":"pabcdefghij2k","session":"abcde","seq":\#(number),"#
        + #""draft":1,"at":\#(number - 1),"del":0,"ins":"\#(letter)","kind":"type"}"#
      return Record(
        key: [UInt8](room.utf8), value: [UInt8](value.utf8),
        headers: [.init(name: [0x74], value: [UInt8]("\(number * 120)".utf8))])
    }
  }

  /// A checksum over everything a reader sees; `dev/kafka_check.py` has the same.
  ///
  ///     each record: offset, 8 · time, 8 · key · value · number of headers, 4
  ///     · each header: name · value; bytes behind their number, 4, or -1; all big-endian
  static func digest(_ records: (_ body: (RecordView) -> Void) throws -> Void) rethrows -> UInt32 {
    var checksum: UInt32 = 0
    try records { view in
      var bytes: [UInt8] = []
      append(view.offset, to: &bytes)
      append(view.timestamp, to: &bytes)
      append(view.key.map { [UInt8]($0) }, to: &bytes)
      append([UInt8](view.value), to: &bytes)
      let record = view.record
      append(Int32(record.headers.count), to: &bytes)
      for header in record.headers {
        append(header.name, to: &bytes)
        append(header.value, to: &bytes)
      }
      checksum = bytes.withUnsafeBytes { crc32c($0, after: checksum) }
    }
    return checksum
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private static func append(_ content: [UInt8]?, to bytes: inout [UInt8]) {
    append(Int32(content?.count ?? -1), to: &bytes)
    bytes += content ?? []
  }
}
