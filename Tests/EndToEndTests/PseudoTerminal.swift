import Foundation

/// A process with a terminal of its own, whose keys a test presses and whose screen it reads.
final class PseudoTerminal {
  let pid: pid_t
  private let master: Int32
  /// What the program wrote so far, escape sequences and all.
  private(set) var screen = ""
  private var status: Int32?
  /// TIOCSPTLCK and TIOCGPTN, which have no plain number in the headers.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  /// Starts `path` as the leader of a session with a terminal of 80 columns and 24 rows.
  init(_ path: String, _ arguments: [String]) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (locked, number): (Int32, Int32) = (0, 0)
    guard master >= 0, ioctl(master, Self.setLock, &locked) == 0,
      ioctl(master, Self.getNumber, &number) == 0
    else { throw ServerProcess.Failure("no terminal: \(String(cString: strerror(errno)))") }
    let name = "/dev/pts/\(number)"
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that a session's leader opens is the session's.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSID, which the header declares only for its own extensions.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80)
    var started: pid_t = 0
    let copies = ([path] + arguments).map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let failure = posix_spawn(&started, path, &actions, &attributes, copies + [nil], environ)
    pid = started
    guard failure == 0 else {
      throw ServerProcess.Failure("\(path): \(String(cString: strerror(failure)))")
    }
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      _ = wait()
    }
    close(master)
  }

  /// Whether keys come one by one and unseen.
  var isRaw: Bool {
    var settings = termios()
    tcgetattr(master, &settings)
    return settings.c_lflag & tcflag_t(ICANON | ECHO) == 0
  }

  /// The terminal's settings, to be compared.
  var settings: [UInt32] {
    var settings = termios()
    tcgetattr(master, &settings)
    return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
  }

  func press(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(master, bytes, bytes.count)
  }

  func signal(_ number: Int32) { kill(pid, number) }

  /// Reads until the condition holds; false if the program ends, or for half a minute nothing new
  /// comes.
  func read(until condition: (String) -> Bool) -> Bool {
    while !condition(screen) {
      guard let count = readMore(), count > 0 else { return condition(screen) }
    }
    return true
  }

  /// Reads what comes next: how many bytes, 0 or fewer at the end; nil: nothing for half a minute.
  private func readMore() -> Int? {
    var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&source, 1, 30_000) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Foundation.read(master, &buffer, buffer.count)
    screen += String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    return count
  }

  /// Reads to the end and waits: the exit code, or minus the signal, which is SIGKILL for one that
  /// goes on without a word.
  func wait() -> Int32 {
    if let status { return status }
    var count: Int? = 1
    while let some = count, some > 0 { count = readMore() }
    if count == nil { kill(pid, SIGKILL) }
    var raw: Int32 = 0
    while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
    let code = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
    status = code
    return code
  }

  /// Forgets what was read.
  func clear() { screen = "" }
}
