internal import Chat
internal import Glibc
internal import Projector

/// Types a room out again, as it was typed: the terminal, the clock and the film together.
struct Player {
  private let terminal: Terminal
  private var reel: RoomReel
  private var pace: Pace
  private var shown: RoomReel.Frame
  private var isPaused = false
  /// When the next event is due, on the clock that never goes back; nil: at the end, or paused.
  private var due: Int64?
  private var next: RoomReel.Frame?
  /// The room's last event, as it was when the playing began.
  private let last: RoomReel.Frame

  /// Plays from the first event at or behind `offset`; returns when asked to quit.
  ///
  /// - Returns: the last offset that was shown; nil: the room is empty.
  static func play(
    _ reel: RoomReel, from offset: Int64, pace: Pace
  ) throws(Complaint) -> (offset: Int64, wasInterrupted: Bool)? {
    var reel = reel
    guard let last = try reel.frame(before: reel.last + 1) else { return nil }
    let beginning = try reel.frame(after: offset - 1) ?? last
    let terminal = try Terminal()
    defer { terminal.giveBack() }
    var player = Player(terminal: terminal, reel: reel, pace: pace, shown: beginning, last: last)
    let wasInterrupted = try player.run()
    return (player.shown.offset, wasInterrupted)
  }

  private init(
    terminal: Terminal, reel: RoomReel, pace: Pace, shown: RoomReel.Frame, last: RoomReel.Frame
  ) {
    self.terminal = terminal
    self.reel = reel
    self.pace = pace
    self.shown = shown
    self.last = last
  }

  private mutating func run() throws(Complaint) -> Bool {
    try go(to: shown)
    while true {
      let wait = due.map { max(0, $0 - Self.now()) }
      switch terminal.next(within: wait) {
      case .timeout: try advance()
      case .interrupted: return true
      case .disturbed: try draw()
      case .keys(let bytes):
        for key in PlayKey.parse(bytes) where try !take(key) { return false }
      }
      if Interruption.isRequested { return true }
    }
  }

  /// Shows all that is due; a clock that runs behind is caught up with in one go.
  private mutating func advance() throws(Complaint) {
    while let frame = next, let time = due, time <= Self.now() {
      shown = frame
      try look(from: time)
    }
    try draw()
  }

  /// `false`: it is over.
  private mutating func take(_ key: PlayKey) throws(Complaint) -> Bool {
    switch key {
    case .quit: return false
    case .pause:
      isPaused.toggle()
      try look(from: Self.now())
      try draw()
    case .forward:
      isPaused = true
      if let frame = try reel.frame(after: shown.offset) { try go(to: frame) } else { try draw() }
    case .back:
      isPaused = true
      if let frame = try reel.frame(before: shown.offset) { try go(to: frame) } else { try draw() }
    case .faster, .slower:
      pace.change(by: key == .faster ? 2 : 0.5)
      try look(from: Self.now())
      try draw()
    case .seek(let milliseconds):
      let time = max(0, shown.time + milliseconds)
      try go(to: try reel.frame(atTime: time) ?? last)
    case .jump(let tenth):
      let span = last.offset - reel.first
      let offset = reel.first + span / 10 * Int64(tenth)
      try go(to: try reel.frame(after: offset - 1) ?? last)
    case .end: try go(to: last)
    }
    return true
  }

  private mutating func go(to frame: RoomReel.Frame) throws(Complaint) {
    shown = frame
    try look(from: Self.now())
    try draw()
  }

  /// Finds what comes next, and when, if what is shown was shown at `moment`.
  private mutating func look(from moment: Int64) throws(Complaint) {
    next = try reel.frame(after: shown.offset)
    due = nil
    guard !isPaused, let next else { return }
    due = moment + pace.nanoseconds(gap: next.time - shown.time)
  }

  private mutating func draw() throws(Complaint) {
    let size = terminal.size
    let state = try reel.state(at: shown.offset)
    let what = next == nil ? "end" : isPaused ? "paused" : "playing"
    let status =
      " \(reel.room) · \(shown.offset) of \(last.offset) · \(UTCTime.text(shown.time))"
      + " · \(pace.words) · \(what) · space pause  ←→ step  ↑↓ speed  [ ] 10 s  0-9 jump  q quit"
    terminal.show(
      Stage(width: size.width, height: size.height).lines(
        of: reel.room, state, status: status))
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
