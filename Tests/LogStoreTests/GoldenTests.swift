internal import Glibc
import Testing

@testable import LogStore

/// Files of format version 1 as they were written once; they are never made anew.
@Suite struct GoldenTests {
  @Test(arguments: [
    (GoldenLog.closed, 714 as Int64, 0x5564_13DE as UInt32, 1_700_000_023_957 as Int64),
    (.crashed, 324, 0x3454_E8D8, 1_700_000_011_228),
  ])
  func `a log of format version 1 reads as it was written`(
    golden: GoldenLog, next: Int64, digest: UInt32, lastTimestamp: Int64
  ) throws {
    let reader = try LogReader.open(golden.path)
    let found = try GoldenLog.digest { body in
      try reader.scan(from: 0, to: nil) { view in
        body(view)
        return .advance
      }
    }
    #expect(reader.state.health == .ok)
    #expect(reader.state.next == next)
    #expect(reader.state.lastTimestamp == lastTimestamp)
    #expect(found == digest)
  }

  @Test(arguments: GoldenLog.allCases)
  func `the same records give the same bytes`(golden: GoldenLog) throws {
    let directory = TemporaryDirectory()
    try golden.write(to: directory)
    // Made on purpose, once, where there is none yet.
    if let out = getenv("VERBATIM_SAMPLES_OUT").map({ String(cString: $0) }) {
      try directory.keep(as: "\(out)/\(golden.rawValue)")
    }
    let (written, kept) = (try files(in: directory.path), try files(in: golden.path))
    #expect(written.keys.sorted() == kept.keys.sorted())
    if hasLZ4OfTheSamples {
      for name in kept.keys { #expect(written[name] == kept[name], "\(name)") }
    }
    let reader = try LogReader.open(directory.path)
    let sample = try LogReader.open(golden.path)
    #expect(try reader.all() == sample.all())
  }

  @Test(arguments: GoldenLog.allCases)
  func `a log of format version 1 opens, grows and opens again`(golden: GoldenLog) throws {
    let directory = TemporaryDirectory()
    try directory.take(files(in: golden.path))
    let before = try LogReader.open(golden.path).all()
    let log = try directory.open(.init(acceptClock: true))
    #expect(try log.all() == before)
    try log.append([Record("one more")])
    log.close()
    let again = try LogReader.open(directory.path).all()
    #expect(again == before + seen([Record("one more")], from: Int64(before.count)))
  }

  private static let lz4Checksums: [UInt32] = [1_928_983_841, 1_389_663_256]

  /// Another liblz4 may find other bytes for the same records, which read the same.
  private var hasLZ4OfTheSamples: Bool {
    let text = (0..<4_000).map { UInt8(truncatingIfNeeded: ($0 * $0 / 7) % 23 + $0 % 5) }
    let sums: [UInt32] = [FrameCompressor.Effort.fast, .high].map { effort in
      let compressor = FrameCompressor(effort)
      var frame = [UInt8](repeating: 0, count: compressor.bound(text.count))
      return text.withUnsafeBytes { text in
        frame.withUnsafeMutableBytes { frame in
          let count = compressor.compress(text, to: frame)
          return crc32c(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(frame)[..<count]))
        }
      }
    }
    return sums == Self.lz4Checksums
  }

  private func files(in directory: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for folder in ["log", "log/chat-0"] {
      for name in try POSIXStorage().names(in: "\(directory)/\(folder)") where name != "chat-0" {
        files["\(folder)/\(name)"] = try bytes(of: "\(directory)/\(folder)/\(name)")
      }
    }
    return files
  }
}

extension TemporaryDirectory {
  /// Puts files where a log has them.
  fileprivate func take(_ files: [String: [UInt8]]) throws {
    for folder in ["log", "log/chat-0"] {
      _ = try POSIXStorage().makeDirectory("\(path)/\(folder)")
    }
    for (name, content) in files { try write(content, to: "\(path)/\(name)") }
  }

  /// Copies the log to where nothing is.
  fileprivate func keep(as target: String) throws {
    let storage = POSIXStorage()
    for folder in ["", "/log", "/log/chat-0"] {
      guard try storage.makeDirectory(target + folder) else { return }
    }
    for folder in ["log", "log/chat-0"] {
      for name in try storage.names(in: "\(path)/\(folder)") where name != "chat-0" {
        try write(bytes(of: "\(path)/\(folder)/\(name)"), to: "\(target)/\(folder)/\(name)")
      }
    }
  }
}
