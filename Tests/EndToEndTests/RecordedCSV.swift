import Foundation

/// What the recording itself says was sent.
///
/// Read from its CSV here, by other code than `dev/corpus`, after the rules of docs/CORPUS.md.
enum RecordedCSV {
  /// Each session's messages in order, keyed `s<session_id>`; sessions in which nothing was sent
  /// are left out.
  static func messages(_ path: String) throws -> [String: [String]] {
    var sessions: [String: [String]] = [:]
    var message = Message()
    let file = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    file.withUnsafeBytes { bytes in
      var rows = Rows(bytes: bytes)
      _ = rows.next()
      while let row = rows.next() {
        let (session, id) = (row[9], row[5])
        if id != message.id || session != message.session {
          message.finish(into: &sessions)
          message = Message(session: session, id: id)
        }
        message.take(kind: row[3], content: row[2])
      }
    }
    message.finish(into: &sessions)
    return sessions.filter { !$0.value.isEmpty }
  }

  private struct Message {
    var session = ""
    var id = ""
    var last = ""
    var beforeLast = ""
    var sent: String?
    var hasSnapshot = false

    mutating func take(kind: String, content: String) {
      switch kind {
      case "0":
        hasSnapshot = true
        beforeLast = last
        last = content
      case "1" where sent == nil:
        // The box that is empty right before is the effect of sending, not a deletion.
        sent = last.isEmpty ? beforeLast : last
      default: break
      }
    }

    func finish(into sessions: inout [String: [String]]) {
      let text = sent ?? last
      guard hasSnapshot, !text.isEmpty else { return }
      sessions["s\(session)", default: []].append(text)
    }
  }

  /// RFC 4180 rows, quoted where needed.
  private struct Rows {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    mutating func next() -> [String]? {
      guard position < bytes.count else { return nil }
      var row: [String] = []
      row.reserveCapacity(24)
      while true {
        row.append(field())
        guard position < bytes.count else { return row }
        let byte = bytes[position]
        position += 1
        if byte == UInt8(ascii: "\r") {
          position += 1
          return row
        }
        if byte == UInt8(ascii: "\n") { return row }
      }
    }

    private mutating func field() -> String {
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: ","),
          bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "\r")
        {
          position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
      }
      position += 1
      var text: [UInt8] = []
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte != UInt8(ascii: "\"") {
          text.append(byte)
        } else if position < bytes.count, bytes[position] == byte {
          text.append(byte)
          position += 1
        } else {
          break
        }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}
