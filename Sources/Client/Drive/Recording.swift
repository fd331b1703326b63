internal import Glibc

/// A file of recorded sessions, read one line at a time: a corpus of any size fits.
package final class Recording {
  /// Bytes of one line, the longest session there may be.
  package static let lineBytes = 64 * 1024 * 1024
  /// Bytes asked of the file at a time.
  private static let chunkBytes = 256 * 1024

  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var line = 0
  private var isAtEnd = false

  package init(path: String) throws(RecordingError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path, errno: errno) }
  }

  deinit { close(descriptor) }

  /// The next session; nil at the end.
  ///
  /// Empty lines are skipped.
  package func next() throws(RecordingError) -> RecordedSession? {
    while let range = try nextLine() {
      line += 1
      // The last line may have no line feed.
      start = min(range.upperBound + 1, buffer.count)
      if buffer[range].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let line = line
      return try buffer.withUnsafeBytes { bytes in
        Result { () throws(RecordingError) in
          try RecordedSession(UnsafeRawBufferPointer(rebasing: bytes[range]), line: line)
        }
      }.get()
    }
    return nil
  }

  /// Where the next line stands in the buffer, without its line feed.
  private func nextLine() throws(RecordingError) -> Range<Int>? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) { return start..<end }
      searched = buffer.count
      if isAtEnd { return start < buffer.count ? start..<buffer.count : nil }
      if start > 0 {
        buffer.removeFirst(start)
        searched -= start
        start = 0
      }
      guard buffer.count <= Self.lineBytes else {
        throw .badLine(line + 1, "is longer than \(Self.lineBytes) bytes")
      }
      try fill()
    }
  }

  private func fill() throws(RecordingError) {
    let known = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.chunkBytes))
    var count = 0
    repeat {
      count = buffer.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress! + known, Self.chunkBytes)
      }
    } while count < 0 && errno == EINTR
    let failure = errno
    buffer.removeLast(Self.chunkBytes - max(count, 0))
    guard count >= 0 else { throw .cannotRead(path, errno: failure) }
    isAtEnd = count == 0
  }
}

/// Why a recording cannot be driven.
package enum RecordingError: Error, Equatable, Sendable, CustomStringConvertible {
  case cannotOpen(String, errno: Int32)
  case cannotRead(String, errno: Int32)
  /// The line's number, from 1, and what is wrong with it.
  case badLine(Int, String)

  package var description: String {
    switch self {
    case .cannotOpen(let path, let code): "cannot open \(path): \(String(cString: strerror(code)))"
    case .cannotRead(let path, let code): "cannot read \(path): \(String(cString: strerror(code)))"
    case .badLine(let line, let what): "line \(line): \(what)"
    }
  }
}
