internal import Glibc
internal import Synchronization

/// The terminal while it is ours: keys come one by one and unseen, the screen is the other one.
///
/// Given back at every end: return, error, Ctrl-C, SIGTERM, SIGHUP, Ctrl-Z (and taken again when
/// the process goes on), and a trap; SIGKILL alone cannot be met.
final class Terminal {
  enum Happening: Equatable {
    case keys([UInt8])
    /// Asked to end, by Ctrl-C or by another process.
    case interrupted
    /// The size may have changed, or the screen was somebody else's meanwhile.
    case disturbed
    case timeout
  }

  private let descriptor: Int32
  private let wake: Int32

  /// What a signal's handler may touch.
  ///
  /// `nonisolated(unsafe)`: written before the handlers are installed, and by nobody afterwards.
  private nonisolated(unsafe) static var given = termios()
  private static let held = Atomic<Int32>(-1)
  private static let signals = Atomic<Int32>(-1)

  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]
  private static let fatal = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE]
  /// The other screen, without a cursor; and back.
  private static let enter: StaticString = "\u{1b}[?1049h\u{1b}[?25l"
  private static let leave: StaticString = "\u{1b}[?25h\u{1b}[?1049l"

  /// Takes the terminal of standard input and output.
  init() throws(Complaint) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Complaint(.usage, "--play needs a terminal: leave it out for text or JSON")
    }
    descriptor = STDIN_FILENO
    var ends: [Int32] = [-1, -1]
    guard tcgetattr(descriptor, &Self.given) == 0, pipe(&ends) == 0 else {
      throw Complaint(.refused, "cannot use the terminal: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    wake = ends[0]
    Self.signals.store(ends[1], ordering: .relaxed)
    Self.held.store(descriptor, ordering: .relaxed)
    for number in Self.watched { Self.watch(number) }
    for number in Self.fatal {
      signal(number) { number in
        Terminal.restore()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    take()
  }

  deinit { giveBack() }

  /// Gives the terminal back for good; a second call does nothing.
  func giveBack() {
    guard Self.held.exchange(-1, ordering: .relaxed) >= 0 else { return }
    Self.restore(descriptor)
    for number in Self.watched + Self.fatal { signal(number, SIG_DFL) }
    close(Self.signals.exchange(-1, ordering: .relaxed))
    close(wake)
  }

  /// Columns and rows.
  var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Shows lines from the top of the screen on; what was there before goes.
  func show(_ lines: [String]) {
    var screen = "\u{1b}[H"
    screen += lines.map { $0 + "\u{1b}[0m\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J"
    write(Array(screen.utf8))
  }

  /// Waits for keys or a signal, at most so many nanoseconds; nil: as long as it takes.
  func next(within nanoseconds: Int64?) -> Happening {
    var sources = [
      pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let milliseconds = nanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
    guard poll(&sources, 2, milliseconds) > 0 else { return .timeout }
    if sources[0].revents != 0 { return answer(read(wake)) }
    let keys = read(descriptor)
    // The terminal has gone.
    return keys.isEmpty ? .interrupted : .keys(keys)
  }

  private func answer(_ signals: [UInt8]) -> Happening {
    if signals.contains(where: { [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(Int32($0)) }) {
      return .interrupted
    }
    if signals.contains(UInt8(SIGTSTP)) { stop() }
    if signals.contains(UInt8(SIGCONT)) { take() }
    return .disturbed
  }

  /// Stops as Ctrl-Z asks, with the terminal as it was, and takes it again on going on.
  private func stop() {
    Self.restore(descriptor)
    signal(SIGTSTP, SIG_DFL)
    raise(SIGTSTP)
    Self.watch(SIGTSTP)
    take()
  }

  private func take() {
    var raw = Self.given
    // Keys at once and unseen; Ctrl-C and Ctrl-Z stay signals.
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    // At once: it is taken twice after a stop, and no key pressed between must be lost.
    tcsetattr(descriptor, TCSANOW, &raw)
    Self.put(Self.enter)
  }

  private func write(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(STDOUT_FILENO, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno != EINTR { return }
      done += max(0, count)
    }
  }

  private func read(_ descriptor: Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
  }
}

extension Terminal {
  private static func watch(_ number: Int32) {
    signal(number) { number in
      if [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(number) { Interruption.request() }
      var byte = UInt8(truncatingIfNeeded: number)
      _ = Glibc.write(Terminal.signals.load(ordering: .relaxed), &byte, 1)
    }
  }

  /// From a signal's handler: only what may be called there.
  private static func restore() {
    let descriptor = held.load(ordering: .relaxed)
    if descriptor >= 0 { restore(descriptor) }
  }

  private static func restore(_ descriptor: Int32) {
    put(leave)
    tcsetattr(descriptor, TCSAFLUSH, &given)
  }

  private static func put(_ text: StaticString) {
    _ = Glibc.write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }
}
