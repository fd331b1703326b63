package import Chat
internal import Glibc
internal import LogStore

/// `tail` over a data directory: hands out what is committed, then whatever comes to it.
///
/// A directory in use is read without its lock: to the committed end where its server says which
/// that is (``AdminLine``), else to the recovery point, about a second behind a server that pauses.
package struct LocalFollow {
  package struct Options: Sendable {
    /// One room only; `nil` for all, and the server's own events.
    package var room: RoomName?
    package var origin = FollowOrigin.standard
    /// End after so many events.
    package var count: Int?
    /// End where the log ends now.
    package var endsAtEnd = false
    package var json = false

    package init() {}
  }

  /// Microseconds between two looks.
  private static let pause: UInt32 = 100_000
  /// Openings take at most one part in so many of the time, and looks left out are at most so many.
  private static let restFactor: Int64 = 8
  private static let restMost = 50
  /// Looks in a row that may fail before it is an error: a server may be replacing its files.
  private static let failuresMost = 20

  private let data: String
  private let options: Options
  private var reader: LogReader
  private var stamp: DirectoryStamp
  /// The next offset to hand out; where a later run can go on.
  package private(set) var next: Int64
  private var left: Int
  private var voice = EventVoice()

  package init(data: String, options: Options) throws(Complaint) {
    self.data = data
    self.options = options
    stamp = Self.stamp(data)
    reader = try Self.open(data)
    next = try options.origin.offset(in: reader, room: options.room)
    left = options.count ?? .max
  }

  private static func open(_ data: String) throws(Complaint) -> LogReader {
    do {
      return try LogReader.openReadOnly(data) { AdminLine.committedEnd(of: data) }
    } catch {
      throw Complaint(error, data: data)
    }
  }

  private static func stamp(_ data: String) -> DirectoryStamp {
    DirectoryStamp(data: data) { AdminLine.committedEnd(of: data) }
  }

  /// Runs until the count or the end is reached, nobody reads the output, or `goesOn` says no.
  ///
  /// - Parameter wait: passes the time between two looks.
  package mutating func run(
    to output: Output, while goesOn: () -> Bool = { !Interruption.isRequested },
    wait: () -> Void = { usleep(LocalFollow.pause) }
  ) throws(Complaint) {
    try handOut(to: output)
    var failures = 0
    var rest = 0
    while !options.endsAtEnd, left > 0, output.isOpen, goesOn() {
      wait()
      // An opening reads the active segment: beside a busy server it is not done at every look.
      rest -= 1
      guard rest < 0 else { continue }
      let now = Self.stamp(data)
      guard now != stamp else { continue }
      do {
        let began = SystemTime().monotonicNanoseconds
        try refresh()
        let took = SystemTime().monotonicNanoseconds - began
        rest = min(Int(took / (Int64(Self.pause) * 1_000 / Self.restFactor)), Self.restMost)
        stamp = now
        failures = 0
      } catch {
        failures += 1
        guard failures < Self.failuresMost else { throw error }
        continue
      }
      try handOut(to: output)
    }
    output.flush()
  }

  private mutating func refresh() throws(Complaint) {
    let later = try Self.open(data)
    guard later.state.accepts(epoch: reader.state.epoch.id, offset: next) else {
      throw Complaint(
        .difference,
        "the log's end was lost and epoch \(later.state.epoch.id) begins at offset"
          + " \(later.state.epoch.start): start again with -o \(later.state.epoch.start)")
    }
    reader = later
  }

  /// All that can be read was handed out, and damage keeps the rest from ever coming.
  private func complainOfEnd() throws(Complaint) {
    guard left > 0, next >= reader.state.next, let damage = reader.endsIn else { return }
    throw Complaint(
      .damaged(
        file: damage.file, position: damage.position, offset: damage.offset, what: damage.what))
  }

  private mutating func handOut(to output: Output) throws(Complaint) {
    var (next, left, voice) = (next, left, voice)
    let (room, json) = (options.room, options.json)
    guard left > 0, next < reader.state.next else {
      output.flush()
      return try complainOfEnd()
    }
    let failure: ReadError?
    do {
      next = try reader.scan(from: next, to: nil) { record in
        if let room, record.key?.elementsEqual(room.key) != true { return .advance }
        if json {
          output.line(EventLine.json(record))
        } else {
          output.line(voice.line(record))
        }
        left -= 1
        return left > 0 && output.isOpen ? .advance : .stop
      }
      failure = nil
    } catch {
      failure = error
    }
    (self.next, self.left, self.voice) = (next, left, voice)
    output.flush()
    if let failure { throw Complaint(failure) }
    try complainOfEnd()
  }
}
