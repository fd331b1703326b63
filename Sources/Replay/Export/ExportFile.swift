internal import Glibc
internal import Hashing
internal import LogStore

/// A file that comes to be whole or not at all: `NAME.partial`, sync, then its own name.
///
/// Bytes are hashed and written by a thread of its own, two pieces of 1 MiB ahead at most.
///
/// `@unchecked`: `fill`, `isFull` and the piece in hand belong to the caller; the other piece, the
/// hash and the descriptor to the thread, until `finish` has joined it. The semaphores pass pieces.
final class ExportFile: @unchecked Sendable {
  /// Bytes handed to the thread at a time.
  private static let pieceBytes = 1 << 20

  let path: String
  private let partial: String
  private let descriptor: Int32
  private var pieces: [ByteQueue]
  private var filling = 0
  private let filled = Semaphore(0)
  private let free = Semaphore(1)
  private var thread: JoinableThread?
  private var isOver = false
  private let hash = RunningSHA256()
  private var failure: Int32 = 0
  private var written: Int64 = 0

  /// Begins `path`.partial; refuses if another process is at it.
  init(_ path: String) throws(Complaint) {
    self.path = path
    partial = path + ".partial"
    pieces = [ByteQueue(capacity: Self.pieceBytes * 2), ByteQueue(capacity: Self.pieceBytes * 2)]
    // A file that may not grow is an error of write(2), not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    descriptor = open(partial, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.complaint("create", partial) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw Complaint(.refused, "\(partial) is being written by another export")
    }
    guard ftruncate(descriptor, 0) == 0 else {
      close(descriptor)
      throw Self.complaint("write", partial)
    }
    thread = JoinableThread { [self] in work() }
  }

  deinit { close(descriptor) }

  private static func complaint(_ verb: String, _ path: String) -> Complaint {
    Complaint(.refused, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }

  /// The piece in hand: append to it, then call `passOn`.
  @inline(__always)
  var piece: ByteQueue { pieces[filling] }

  /// Hands the piece over once it is full.
  @inline(__always)
  func passOn() {
    if pieces[filling].count >= Self.pieceBytes { handOver() }
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    pieces[filling].append(bytes)
    passOn()
  }

  /// Whether writing has failed, so that going on makes no sense; known a piece later.
  private(set) var hasFailed = false

  private func handOver() {
    free.wait()
    // The thread is done with its piece and waits: what it left may be read.
    hasFailed = failure != 0
    filling = 1 - filling
    filled.signal()
  }

  private func work() {
    while true {
      filled.wait()
      // The piece that the caller is not filling.
      let piece = pieces[1 - filling]
      if failure == 0 { write(piece.bytes) }
      piece.removeAll()
      let last = isOver
      free.signal()
      if last { return }
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bytes)
    if let error = writeWhole(bytes, to: descriptor) {
      failure = error
    } else {
      written += Int64(bytes.count)
    }
  }

  private func stop() {
    guard let thread else { return }
    free.wait()
    isOver = true
    filling = 1 - filling
    filled.signal()
    thread.join()
    self.thread = nil
  }

  /// Writes and syncs everything; returns its size and its SHA-256.
  func finish() throws(Complaint) -> (bytes: Int64, sha256: [UInt8]) {
    stop()
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    guard failure == 0 else {
      errno = failure
      throw Self.complaint("write", partial)
    }
    return (written, hash.finish())
  }

  /// Gives the finished file its name.
  ///
  /// - Parameter overwriting: whether a file that has the name already is replaced.
  func commit(overwriting: Bool) throws(Complaint) {
    let mode = umask(0)
    umask(mode)
    fchmod(descriptor, 0o666 & ~mode)
    if overwriting {
      guard rename(partial, path) == 0 else { throw Self.complaint("rename", partial) }
    } else if link(partial, path) == 0 {
      unlink(partial)
    } else if errno == EEXIST {
      throw Self.exists(path)
    } else {
      // No hard links here: the name is free as far as can be seen.
      guard access(path, F_OK) != 0 else { throw Self.exists(path) }
      guard rename(partial, path) == 0 else { throw Self.complaint("rename", partial) }
    }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."
    let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  static func exists(_ path: String) -> Complaint {
    Complaint(.refused, "\(path) is there already: name another file, or say --overwrite")
  }

  /// Leaves nothing behind.
  func abandon() {
    stop()
    unlink(partial)
  }
}
