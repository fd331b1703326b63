internal import Chat
internal import Glibc

/// Where a command's data goes: buffered, and quiet once nobody reads it any more (`| head`).
///
/// Writing never fails on the spot; who writes a lot asks `isOpen` now and then, and `finish` says
/// in the end what went wrong.
package final class Output {
  /// Bytes gathered before a write.
  private static let bufferBytes = 64 << 10

  /// What is written is for eyes: text from the log must not steer the terminal.
  package let isTerminal: Bool
  /// `nil`: everything stays in `bytes`.
  private let descriptor: Int32?
  package private(set) var bytes: [UInt8] = []
  private var failure: Int32?

  private init(descriptor: Int32?, isTerminal: Bool) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal
  }

  /// Standard output.
  package static func standard() -> Output { Output(writingTo: STDOUT_FILENO) }

  /// An open descriptor, which stays the caller's.
  package convenience init(writingTo descriptor: Int32) {
    // A reader that has gone is an error of write(2), not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    self.init(descriptor: descriptor, isTerminal: isatty(descriptor) == 1)
  }

  /// Memory.
  package static func kept(isTerminal: Bool = false) -> Output {
    Output(descriptor: nil, isTerminal: isTerminal)
  }

  /// Whether writing still makes sense.
  package var isOpen: Bool { failure == nil }
  /// What was kept, as text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package func write(_ more: some Sequence<UInt8>) {
    guard isOpen else { return }
    bytes.append(contentsOf: more)
    if descriptor != nil, bytes.count >= Self.bufferBytes { flush() }
  }

  package func line(_ text: String) {
    write(text.utf8)
    write(CollectionOfOne(UInt8(ascii: "\n")))
  }

  package func line(_ json: [UInt8]) {
    write(isTerminal ? TerminalText.json(json) : json)
    write(CollectionOfOne(UInt8(ascii: "\n")))
  }

  package func flush() {
    guard let descriptor, isOpen else { return }
    failure = bytes.withUnsafeBytes { writeWhole($0, to: descriptor) }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Writes what is left; a reader that has gone is no error.
  package func finish() throws(Complaint) {
    flush()
    guard let failure, failure != EPIPE else { return }
    throw Complaint(.refused, "cannot write the output: \(String(cString: strerror(failure)))")
  }
}

/// Standard error: what a command says beside its data.
package enum Talk {
  /// One line, escaped; `verbatim: ` goes before it.
  package static func say(_ text: String) {
    let line = Array("verbatim: \(TerminalText.line(text))\n".utf8)
    line.withUnsafeBytes { bytes in
      // Nobody to tell when standard error is gone.
      _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }
}
