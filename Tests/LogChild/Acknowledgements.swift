import Glibc
import LogStore

/// What was acknowledged, one line a record, appended from any thread.
final class Acknowledgements: Sendable {
  struct Verdict {
    var acked = 0
    var lost = 0
    var wrong = 0
  }

  private let path: String
  private let descriptor: Int32

  init(path: String) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { fail("\(path): \(String(cString: strerror(errno)))") }
    // The last line of a killed writer may be cut short; nothing is to be joined to it.
    _ = write(descriptor, "\n", 1)
  }

  func note(_ offsets: Range<Int64>, _ records: [Record]) {
    var lines = ""
    for (offset, record) in zip(offsets, records) {
      lines += "\(offset) \(record.value.withUnsafeBytes(Self.hash)) .\n"
    }
    let bytes = Array(lines.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { fail("the notes are full") }
  }

  /// Reads the whole log and holds it against every line.
  func judge(_ log: Log) -> Verdict {
    var verdict = Verdict()
    var hashes: [UInt64] = []
    let start = log.state.start
    do {
      _ = try log.scan(from: start, to: nil) { record in
        guard record.offset == start + Int64(hashes.count) else { fail("a gap in the offsets") }
        hashes.append(Self.hash(record.value))
        return .advance
      }
    } catch {
      report("unreadable \(error)\n")
    }
    for line in lines() {
      let parts = line.split(separator: UInt8(ascii: " "))
      // A line without its full stop was cut short with its writer and says nothing.
      guard parts.count == 3, let offset = Int64(String(decoding: parts[0], as: UTF8.self)),
        let hash = UInt64(String(decoding: parts[1], as: UTF8.self))
      else { continue }
      verdict.acked += 1
      let index = Int(offset - start)
      if index < 0 || index >= hashes.count {
        verdict.lost += 1
      } else if hashes[index] != hash {
        verdict.wrong += 1
      }
    }
    return verdict
  }

  private func lines() -> [ArraySlice<UInt8>] {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = pread(descriptor, buffer.baseAddress! + count, size - count, off_t(count))
        guard got > 0 else { break }
        count += got
      }
    }
    return bytes.split(separator: UInt8(ascii: "\n"))
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }
}
