package import ArgumentParser
package import Chat
internal import Hashing
internal import LogStore
internal import Projector

/// `diff`: what changed from one state to another.
package struct DiffCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what changed between two points, or two directories.",
    discussion: """
      A and B are two points of one log (offset, time or -N, as for 'replay --at'), or two data \
      directories, each as it is at its end. A line begins with + for what came, - for what went, \
      ~ for what is another. Of two directories the first offset at which their logs differ is \
      named too. Ends with 0 when nothing differs and with 1 when something does.

      EXAMPLES
        verbatim diff 1200 1300                         a hundred events' worth of change
        verbatim diff 2026-01-02T03:00:00Z -0 --room lobby
        verbatim diff data/run /mnt/backup/monday       a directory and its copy
        verbatim diff --data copy 0 -0 --json | jq 'select(.kind == "message")'
      """)

  @OptionGroup package var data: DirectoryOption

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Two points of one log, or two directories.", valueName: "point|dir"))
  package var sides: [String]

  @Option(help: "One room only; without it, every room.")
  package var room: RoomName?

  @Flag(help: "One JSON object a line.")
  package var json = false

  package init() {}

  package func validate() throws {
    guard sides.count == 2 else {
      throw ValidationError("give two points of one log, or two directories")
    }
    for side in sides where side.hasPrefix("-") && Moment(side) == nil {
      throw ValidationError("'\(side)' is neither a point of the log nor an option")
    }
  }

  package mutating func run() throws {
    let output = Output.standard()
    Interruption.watch()
    let isSame = try run(to: output)
    try output.finish()
    if !isSame { throw ExitCode(ExitStatus.difference.rawValue) }
  }

  /// The same, to anywhere; `false` when something differs.
  @discardableResult
  package func run(to output: Output) throws(Complaint) -> Bool {
    let moments = sides.map { Moment($0) }
    let (before, after): (Projection, Projection)
    var isSame = true
    if let from = moments[0], let to = moments[1] {
      let rebuild = try Rebuild(data: data.path)
      before = try rebuild.projection(at: from.offset(in: rebuild.reader))
      after = try rebuild.projection(at: to.offset(in: rebuild.reader))
    } else {
      let (left, right) = (try Rebuild(data: sides[0]), try Rebuild(data: sides[1]))
      if let parting = try LogComparison.parting(of: left.reader, and: right.reader) {
        isSame = false
        say(parting, to: output)
      }
      before = try left.projection(at: left.last)
      after = try right.projection(at: right.last)
    }
    return write(before, after, to: output) && isSame
  }

  private func say(_ parting: LogComparison.Parting, to output: Output) {
    guard json else { return output.line(TerminalText.line(parting.line)) }
    var json = JSONWriter()
    json.beginObject()
    json.field("kind", "log")
    json.field("offset", parting.offset)
    json.field("what", parting.what)
    json.endObject()
    output.line(json.bytes)
  }

  private func write(_ before: Projection, _ after: Projection, to output: Output) -> Bool {
    var isSame = true
    let names = Set(before.rooms.keys).union(after.rooms.keys).sorted()
    for name in names where room == nil || room == name {
      let (old, new) = (before[name] ?? RoomState(), after[name] ?? RoomState())
      let changes = old.changes(to: new)
      let letGo = old.itemsLetGo(until: new)
      guard !changes.isEmpty || letGo > 0 else { continue }
      isSame = false
      if !json { output.line("\(name) · \(old.lastOffset) → \(new.lastOffset)") }
      if letGo > 0, !json { output.line("  (\(letGo) earlier messages not shown)") }
      for change in changes where output.isOpen { write(change, in: name, to: output) }
    }
    return isSame
  }

  private func write(_ change: Change, in room: RoomName, to output: Output) {
    guard json else { return output.line("  " + TerminalText.line(change.line)) }
    var json = JSONWriter()
    json.beginObject()
    json.field("room", room.text)
    change.encode(&json)
    json.endObject()
    output.line(json.bytes)
  }
}
