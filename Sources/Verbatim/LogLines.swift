internal import Chat
internal import Glibc
internal import Logging

/// The server's talk: one line a happening, `name=value` with spaces between (logfmt), to standard
/// error.
///
///     time=2026-11-25T07:31:58.120Z level=info from=Gateway what=listening loops=2 port=8080
///
/// A value with anything but plain characters stands in quotes, escaped as in JSON, and cannot look
/// like another line or steer a terminal.
struct LogLines: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  private let write: @Sendable ([UInt8]) -> Void
  private let now: @Sendable () -> Int64

  /// - Parameters:
  ///   - now: ms since 1970.
  ///   - write: takes one line, its end included.
  init(
    now: @escaping @Sendable () -> Int64,
    write: @escaping @Sendable ([UInt8]) -> Void = LogLines.toStandardError
  ) {
    self.now = now
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let facts = metadata.merging(event.metadata ?? [:]) { $1 }
    var line = "time=\(UTCTime.text(now())) level=\(event.level)"
    line += " from=\(Self.value(event.source)) what=\(Self.value("\(event.message)"))"
    for (name, value) in facts.sorted(by: { $0.key < $1.key }) {
      line += " \(name)=\(Self.value("\(value)"))"
    }
    write(Array((line + "\n").utf8))
  }

  /// In quotes unless every character is plain.
  static func value(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
      }
    guard !isPlain else { return text }
    var json = JSONWriter()
    json.value(text)
    return String(decoding: TerminalText.json(json.bytes), as: UTF8.self)
  }

  /// In one call, so that lines of several threads do not mix.
  private static let toStandardError: @Sendable ([UInt8]) -> Void = { line in
    _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
