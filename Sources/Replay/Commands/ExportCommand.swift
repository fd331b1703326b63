package import ArgumentParser
package import Chat

/// `export`: a researcher's file and its data card.
package struct ExportCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a file for research, and a data card beside it.",
    discussion: """
      jsonl     every event, one a line, as 'dump --json' has it
      messages  every message and finished reply, one JSON object a line
      csv       every edit: participant, session, message, time, client_time, kind, position, \
      deleted, inserted, length, offset, room
      parquet   the same columns

      People get pseudonyms under a key that is drawn for the export and forgotten. Keep one with \
      --key-file to give the same people the same pseudonyms again, and to have the same file to \
      the byte. Times are floored to 100 ms, because the rhythm of keys identifies people. What \
      moderators hid is left out.

      The file appears under its name when it is whole; FILE.card.json beside it says what it \
      holds, what is missing and how to make it again.

      EXAMPLES
        verbatim export --format parquet --out lobby.parquet --room lobby
        verbatim export --format csv --out week.csv --from 2026-01-05 --to 2026-01-12
        verbatim export --format messages --out all.jsonl --key-file study.key
        verbatim export --data copy --format jsonl --out log.jsonl --names --timing exact \
      --include-hidden
      """)

  @OptionGroup package var data: DirectoryOption

  @Option(help: "jsonl, messages, csv or parquet.")
  package var format: ExportFormat

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  package var out: String

  @Option(help: "One room only; without it, every room.")
  package var room: RoomName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The first event: an offset, a time (ISO 8601 in UTC, or ms since 1970 behind an @), or -N.",
      valueName: "offset|time|-N"))
  package var from: Moment?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The last event, in the same way.", valueName: "offset|time|-N"))
  package var to: Moment?

  @Option(help: "How exactly times are told: exact, 100ms or none.")
  package var timing = ExportTiming.tenths

  @Flag(help: "Include what moderators hid.")
  package var includeHidden = false

  @Flag(help: "Keep identifiers and names as they are in the log.")
  package var names = false

  @Option(
    help: ArgumentHelp(
      "The key of the pseudonyms; made, readable to you alone, if there is no such file.",
      valueName: "file"))
  package var keyFile: String?

  @Flag(help: "Replace a file that is there already.")
  package var overwrite = false

  package init() {}

  package func validate() throws {
    guard !out.isEmpty, !out.hasSuffix("/") else {
      throw ValidationError("--out needs the name of a file")
    }
    guard keyFile == nil || !names else {
      throw ValidationError(
        "--names keeps names as they are: there is nothing to do for --key-file")
    }
  }

  package mutating func run() throws {
    Interruption.watch()
    if timing == .exact { Talk.say("--timing exact: \(timing.note)") }
    Talk.say(try Export(try plan()).run())
  }

  /// What was asked for; makes the key's file, if it is missing.
  package func plan() throws(Complaint) -> ExportPlan {
    var plan = ExportPlan(data: data.path, format: format, out: out)
    plan.room = room
    plan.from = from
    plan.to = to
    plan.timing = timing
    plan.includesHidden = includeHidden
    plan.keepsNames = names
    plan.overwrites = overwrite
    if let keyFile { plan.key = try ExportKey.read(orMake: keyFile) }
    return plan
  }
}
