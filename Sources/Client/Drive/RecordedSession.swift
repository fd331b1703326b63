internal import Chat

/// One recorded typing session: who knows who, key by key, with the milliseconds between.
package struct RecordedSession: Equatable, Sendable {
  package struct Key: Equatable, Sendable {
    /// Milliseconds from the session's start; never falls.
    package var t: Int64
    /// Messages are tagged 0, 1, 2 … within the session.
    package var key: Keystroke
  }

  /// The recording's own name for it.
  package var name: String
  /// Line of the recording, from 1.
  package var line: Int
  package var keys: [Key]
  package var messages = 0
  package var edits = 0
}

extension RecordedSession {
  /// Reads one line of the drive format.
  ///
  ///     {"session":"s1","events":[{"t":0,"op":"edit","at":0,"del":0,"ins":"h","kind":"type"},
  ///                               {"t":1840,"op":"send"},{"t":2500,"op":"discard"}]}
  ///
  /// White space, other orders and unknown fields are allowed. The drafts are folded on the way,
  /// so that what is read can be typed: edits outside their draft and texts over the limits are
  /// errors. Sending an empty draft discards it; ending one that never began is nothing.
  init(_ bytes: UnsafeRawBufferPointer, line: Int) throws(RecordingError) {
    self.init(name: "", line: line, keys: [])
    do {
      try read(bytes)
    } catch let error {
      switch error {
      case .wire(let wire): throw .badLine(line, "\(wire)")
      case .key(let number, let what): throw .badLine(line, "event \(number): \(what)")
      }
    }
  }

  private enum Fault: Error {
    case wire(WireError)
    case key(Int, String)
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    var scanner = JSONScanner(bytes)
    var named = false
    var listed = false
    do throws(WireError) {
      var more = try scanner.enterObject()
      while more {
        let field = try scanner.name()
        if field.equals("session") {
          name = try scanner.string()
          named = true
        } else if field.equals("events") {
          listed = true
          break
        } else {
          _ = try scanner.skipValue()
        }
        more = try scanner.anotherMember()
      }
      guard listed else { throw .missing("events") }
    } catch {
      throw .wire(error)
    }
    try readKeys(&scanner)
    do throws(WireError) {
      while try scanner.anotherMember() {
        if try scanner.name().equals("session") {
          name = try scanner.string()
          named = true
        } else {
          _ = try scanner.skipValue()
        }
      }
      scanner.skipSpace()
      guard scanner.isAtEnd else { throw .unexpected(position: scanner.position) }
      guard named else { throw .missing("session") }
    } catch {
      throw .wire(error)
    }
  }

  private mutating func readKeys(_ scanner: inout JSONScanner) throws(Fault) {
    var draft = DraftText()
    var isOpen = false
    do throws(WireError) {
      guard try scanner.enterArray() else { return }
    } catch {
      throw .wire(error)
    }
    while true {
      let event: RecordedEvent
      let more: Bool
      do throws(WireError) {
        event = try RecordedEvent(&scanner)
        more = try scanner.anotherElement()
      } catch {
        throw .wire(error)
      }
      do throws(RecordedEvent.Unusable) {
        try take(event, &draft, &isOpen)
      } catch {
        throw .key(keys.count + 1, error.what)
      }
      if !more { return }
    }
  }

  private mutating func take(
    _ event: RecordedEvent, _ draft: inout DraftText, _ isOpen: inout Bool
  ) throws(RecordedEvent.Unusable) {
    let t = max(event.t, keys.last?.t ?? 0)
    switch try event.keystroke(tag: messages) {
    case .edit(let edit):
      guard edit.ins.scalarCount <= Limits.insertScalars else {
        throw .init(what: "inserts more than \(Limits.insertScalars) characters")
      }
      guard draft.replace(at: edit.at, del: edit.del, with: edit.ins) else {
        throw .init(
          what: "at \(edit.at), del \(edit.del) is outside a draft of \(draft.scalars)")
      }
      guard draft.scalars <= Limits.messageScalars else {
        throw .init(what: "makes a draft longer than \(Limits.messageScalars) characters")
      }
      isOpen = true
      edits += 1
      keys.append(Key(t: t, key: .edit(edit)))
      return
    case .send(let tag) where isOpen && !draft.isEmpty:
      keys.append(Key(t: t, key: .send(tag: tag)))
      messages += 1
    case .send, .discard:
      if isOpen { keys.append(Key(t: t, key: .discard)) }
    }
    draft = DraftText()
    isOpen = false
  }
}

/// One event of a line, as it stands there.
private struct RecordedEvent {
  struct Unusable: Error { let what: String }

  var t: Int64 = 0
  var op = ""
  var at: Int64 = 0
  var del: Int64 = 0
  var ins = ""
  var kind = EditKind.other.rawValue

  init(_ scanner: inout JSONScanner) throws(WireError) {
    var more = try scanner.enterObject()
    while more {
      let field = try scanner.name()
      if field.equals("t") {
        t = try scanner.integer()
      } else if field.equals("op") {
        op = try scanner.string()
      } else if field.equals("at") {
        at = try scanner.integer()
      } else if field.equals("del") {
        del = try scanner.integer()
      } else if field.equals("ins") {
        ins = try scanner.string()
      } else if field.equals("kind") {
        kind = try scanner.string()
      } else {
        _ = try scanner.skipValue()
      }
      more = try scanner.anotherMember()
    }
  }

  func keystroke(tag: Int) throws(Unusable) -> Keystroke {
    guard t >= 0 else { throw Unusable(what: "t is below 0") }
    switch op {
    case "edit":
      guard let kind = EditKind(rawValue: kind) else {
        throw Unusable(what: "unknown kind '\(kind)'")
      }
      return .edit(Edit(at: Int(at), del: Int(del), ins: ins, kind: kind))
    case "send": return .send(tag: tag)
    case "discard": return .discard
    default: throw Unusable(what: "unknown op '\(op)'")
    }
  }
}
