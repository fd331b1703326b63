internal import Chat
internal import Glibc
internal import Synchronization

/// A line `PARTICIPANT SESSION SEQ OFFSET` for each acknowledged event, written before anything
/// else is done, so that it outlives this process.
///
/// An acknowledgement speaks for all events up to its `seq` and tells the offset of that one
/// alone: the others have `-` for an offset, as have those a `welcome` acknowledges.
final class AcknowledgementFile: Sendable {
  private let descriptor: Int32
  private let path: String
  private let failure = Mutex<Int32>(0)

  init(path: String) throws(DriveError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path, errno: errno) }
  }

  deinit { close(descriptor) }

  func write(_ author: Author, first: Int64, offset: Int64?) {
    var text = ""
    for seq in first...max(author.seq, first) {
      let place = seq == author.seq ? offset.map(String.init) ?? "-" : "-"
      text += "\(author.by) \(author.session) \(seq) \(place)\n"
    }
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          let code = errno
          return failure.withLock { $0 = code }
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  /// Whether every line went out.
  func check() throws(DriveError) {
    let code = failure.withLock { $0 }
    guard code == 0 else { throw .cannotWrite(path, errno: code) }
  }
}
