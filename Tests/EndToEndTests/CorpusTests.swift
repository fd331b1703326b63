import Chat
import Client
import Foundation
import Hashing
import LogStore
import Projector
import Testing

/// The whole corpus through admission, log and fold, in a child process that can be killed.
@Suite(.serialized) struct CorpusTests {
  @Test(.enabled(if: Given.corpus != nil && Given.corpusCSV != nil))
  func `every recorded message is in the log with exactly its text, and replay agrees`() throws {
    let scratch = try Scratch()
    let (corpus, csv) = (try #require(Given.corpus), try #require(Given.corpusCSV))
    let child = try run(Binaries.path("CorpusChild"), [scratch.data, corpus, "0", "100000"])
    #expect(child.status == 0, "\(child.errors)")
    let last = try #require(child.output.split(separator: "\n").last).split(separator: " ")
    #expect(last.first == "digest")

    let replayed = try Replayed(scratch.data)
    #expect(replayed.projection.digest.hex == String(last[1]), "replay gives the live digest")
    #expect(replayed.projection.states.allSatisfy { $0.ignored == 0 })

    let expected = try RecordedCSV.messages(csv)
    var messages: [String: [String]] = [:]
    for sent in replayed.sent { messages[sent.name, default: []].append(sent.text) }
    #expect(messages.count == expected.count)
    #expect(replayed.sent.count == expected.values.reduce(0) { $0 + $1.count })
    for (session, texts) in expected where messages[session] != texts {
      Issue.record("session \(session): \(messages[session] ?? []) instead of \(texts)")
    }
  }

  /// How often the child is killed; `VERBATIM_KILLS` asks for more.
  static let kills = Int(ProcessInfo.processInfo.environment["VERBATIM_KILLS"] ?? "") ?? 50

  @Test(.enabled(if: Given.corpus != nil))
  func `a child killed at random moments loses nothing it acknowledged`() throws {
    let scratch = try Scratch()
    let corpus = try #require(Given.corpus)
    let seed = UInt64.random(in: .min ... .max)
    var random = SplitMix(seed: seed)
    var acknowledged: [Acknowledged] = []
    for kill in 0..<Self.kills {
      let first = kill % 25
      let child = try ChildProcess(
        Binaries.path("CorpusChild"), [scratch.data, corpus, "\(first)", "\(first + 40)"])
      // Let it acknowledge something, then pull the plug after a random number of lines more.
      let lines = Int.random(in: 1...20, using: &random)
      acknowledged += try read(child, killingAfter: lines)
      #expect(child.wait() == -SIGKILL, "it was still at work: \(child.errors), seed \(seed)")
    }
    let replayed = try Replayed(scratch.data)
    #expect(acknowledged.count > Self.kills, "seed \(seed)")
    for ack in acknowledged where replayed.authors[ack.offset] != ack.author {
      Issue.record("acknowledged and not there: \(ack), seed \(seed)")
    }
    #expect(Set(replayed.authors.values).count == replayed.authors.count, "no event twice")
    let verified = try verbatim("verify", "--data", scratch.data)
    #expect(verified.status == 0, "\(verified.output) \(verified.errors) seed \(seed)")
  }

  struct Acknowledged {
    let author: Author
    let offset: Int64
  }

  /// Reads some lines, kills the child and reads what is left: all of it was acknowledged.
  private func read(_ child: ChildProcess, killingAfter lines: Int) throws -> [Acknowledged] {
    var text = Data()
    var seen = 0
    while let more = child.output?.availableData, !more.isEmpty {
      text += more
      seen += more.count { $0 == UInt8(ascii: "\n") }
      if seen >= lines { child.signal(SIGKILL) }
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 5, parts[0] == "acked", let by = ParticipantID(parts[1]),
        let session = SessionID(parts[2]), let seq = Int64(parts[3]), let offset = Int64(parts[4])
      else { return nil }
      return Acknowledged(author: Author(by: by, session: session, seq: seq), offset: offset)
    }
  }
}

/// A data directory read from zero, without a server and without a checkpoint.
struct Replayed {
  var projection = Projection()
  /// Authors of numbered events by offset.
  var authors: [Int64: Author] = [:]
  var sent: [(offset: Int64, by: ParticipantID, name: String, text: String)] = []

  init(_ data: String) throws {
    let reader = try LogReader.open(data)
    var (projection, authors) = (Projection(), [Int64: Author]())
    var sent: [(offset: Int64, by: ParticipantID, name: String, text: String)] = []
    try reader.scan(from: reader.state.start, to: nil) { record in
      let applied = projection.apply(record)
      if let author = applied.author { authors[record.offset] = author }
      if let room = applied.room, let item = projection.states[room].items.last,
        item.offset == record.offset
      {
        sent.append((item.offset, item.by, item.name, item.text))
      }
      return .advance
    }
    (self.projection, self.authors, self.sent) = (projection, authors, sent)
  }
}
