internal import Chat
internal import Glibc

/// A bar on standard error while a long command works; nothing off a terminal.
package struct ProgressBar {
  private static let width = 30
  /// Milliseconds between two drawings.
  private static let pause: Int64 = 100
  private static let clearLine = "\r\u{1b}[K"

  private let isShown: Bool
  private let what: String
  private let began: Int64
  private var drawn: Int64
  private var hasDrawn = false

  package init(_ what: String) {
    isShown = isatty(STDERR_FILENO) == 1
    self.what = what
    began = Self.now
    drawn = began
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Draws, if the last drawing is a while ago.
  package mutating func show(_ done: Int64, of total: Int64) {
    guard isShown, total > 0 else { return }
    let now = Self.now
    guard now - drawn >= Self.pause else { return }
    drawn = now
    hasDrawn = true
    Self.write(Self.clearLine + Self.line(what, done: done, of: total, after: now - began))
  }

  /// Takes the bar away, if there is one.
  package func clear() {
    if hasDrawn { Self.write(Self.clearLine) }
  }

  /// `exporting [######            ] 20 %, 1234567 events/s, 12 s left`.
  package static func line(
    _ what: String, done: Int64, of total: Int64, after milliseconds: Int64
  ) -> String {
    let done = min(done, total)
    let filled = Int(Int64(width) * done / total)
    let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: width - filled)
    var line = "\(what) [\(bar)] \(100 * done / total) %"
    if milliseconds > 0, done > 0 {
      line += ", \(done * 1_000 / milliseconds) events/s"
      line += ", \((total - done) * milliseconds / done / 1_000) s left"
    }
    return line
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
