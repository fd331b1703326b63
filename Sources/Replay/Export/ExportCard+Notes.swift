internal import Chat

extension ExportCard {
  /// The command that makes the same file, given the same log (DIR) and, if pseudonyms are of a
  /// key, the same key (KEY).
  var command: String {
    var words = ["verbatim export --data DIR --format \(plan.format.rawValue)"]
    if let room = plan.room { words.append("--room \(room)") }
    if !run.offsets.isEmpty {
      words.append("--from \(run.offsets.lowerBound) --to \(run.offsets.upperBound - 1)")
    }
    words.append("--timing \(plan.timing.rawValue)")
    if plan.includesHidden { words.append("--include-hidden") }
    if plan.keepsNames {
      words.append("--names")
    } else {
      words.append("--key-file KEY")
    }
    words.append("--out \(Self.quoted(Self.name(plan.out)))")
    return words.joined(separator: " ")
  }

  /// As a shell takes it for one word.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x2D...0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
      default: false
      }
    }
    return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }

  /// What whoever uses or passes on the file should know.
  var notes: [String] {
    var notes = [
      "People typed this in public and were told so before the first key: everybody saw every key,"
        + " and all of it is kept, what was deleted too. They were not asked whether it may be"
        + " studied or passed on; that they are anonymous does not answer it. What they deleted,"
        + " they did not mean to say. Ask whoever must be asked before you publish.",
      plan.timing.note, pseudonymNote,
      plan.includesHidden
        ? "What moderators hid is included: it is not public."
        : "What moderators had hidden by the log's offset \(run.masks.next - 1) is left out; an"
          + " export made after more was hidden differs.",
      "A room's digest at an offset is what /rooms/{room}/digest and 'verbatim replay --digest'"
        + " say; it covers the log as it is, not this file's disguise.",
    ]
    if plan.format == .csv {
      notes.append(
        "CSV: UTF-8, comma, one row a line, times in ms since 1970. In 'inserted', JSON's escapes"
          + " stand for backslashes, controls, line ends and marks that are not seen, and for"
          + " characters with which a spreadsheet would begin a formula; undo them to have the"
          + " text. An empty cell there is an empty text, not a missing one.")
    }
    return notes
  }

  private var pseudonymNote: String {
    if plan.keepsNames {
      return "Participants, sessions and names are those of the log."
    }
    let which =
      plan.key == nil
      ? "The key was drawn for this export and forgotten: no other export has the same"
        + " pseudonyms, and the command to reproduce it makes the same file but for them."
      : "With the same key the same people have the same pseudonyms, and the file comes out the"
        + " same to the byte; whoever has the key can go back to the log's identifiers."
    return
      "Participants, sessions, names and resume tokens are pseudonyms under a key (HMAC-SHA256). "
      + which + " Words, offsets and the order of events are the log's: whoever can read the room"
      + " can tell who is who by them."
  }
}
