import Chat
import Glibc
import LogStore
import Projector
import Replay
import Testing

/// The logs in `data/samples` and the digests that the version which wrote them gave them.
///
///     data/samples/digests    a line each: NAME OFFSET DIGEST, the log's after that offset
struct GoldenDigest: CustomTestStringConvertible {
  let name: String
  let offset: Int64
  let digest: String

  var path: String { "\(Self.samples)/\(name)" }
  var testDescription: String { "\(name) at \(offset)" }

  static var samples: String {
    let here: [Substring] = #filePath.split(separator: "/").dropLast(3)
    return "/" + here.joined(separator: "/") + "/data/samples"
  }

  /// All that are written down.
  static let all: [GoldenDigest] = {
    let bytes = (try? TemporaryDirectory.read("\(samples)/digests")) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, let offset = Int64(words[1]) else { return nil }
      return GoldenDigest(name: String(words[0]), offset: offset, digest: String(words[2]))
    }
  }()
}

/// What stands in `data/samples/chat-v1`: people in two rooms and all that can happen to them.
///
/// Written once and never anew, as ``write(to:)`` writes it.
enum GoldenConversation {
  static let name = "chat-v1"

  static var records: [Record] {
    let scene = Scene(seed: 20_260_102, steps: 600)
    return scene.lines.map(\.record) + later(scene)
  }

  /// What a scene does not have: the operator, names, other rooms' rules, and later versions.
  private static func later(_ scene: Scene) -> [Record] {
    guard let room = Scene.rooms.first else { return [] }
    var message: Int64 = -1
    var author: ParticipantID?
    for (offset, line) in scene.lines.enumerated() where line.room == room {
      if case .messageSent(let sender, _, _) = line.event, message < 0 {
        (message, author) = (Int64(offset), sender.by)
      }
    }
    guard let author else { return [] }
    let events: [Event] = [
      .messageHidden(by: .operator, message: message, reason: "spam"),
      .participantRenamed(by: author, name: "Zoë \u{202e}"),
      .participantMuted(by: .operator, participant: author, until: 1_767_323_999_000, reason: nil),
      .roomMode(by: .operator, mode: .slow, everyMilliseconds: 5_000),
      .participantLeft(by: author, reason: .gone),
    ]
    let foreign = [
      #"{"type":"weather.changed","degrees":21}"#,
      #"{"type":"participant.left","by":7,"reason":"left"}"#,
      #"{"type":"room.mode","by":"operator","mode":"open","since":[1,{"a":"b"}]}"#,
    ]
    return events.map { Record(key: room.key, value: $0.canonicalJSON) }
      + foreign.map { Record(key: room.key, value: Array($0.utf8)) }
  }

  /// In several segments, one of them rewritten, with a checkpoint in the midst.
  static func write() throws -> WrittenLog {
    let all = records
    var written = try WrittenLog(records: Array(all.prefix(all.count / 2)), seed: 1)
    let log = try written.open()
    var options = LogOptions(durability: .commit, segmentBytes: WrittenLog.segmentBytes)
    options.rewritesSealed = true
    log.steppedUpkeep(options).run()
    let epoch = log.state.epoch.id
    log.close()
    let rebuild = try Rebuild(data: written.data)
    let projection = try rebuild.projection(at: rebuild.last)
    try CheckpointDirectory(data: written.data)
      .save(Checkpoint(epoch: epoch, projection: projection))
    try written.append(Array(all.dropFirst(all.count / 2)), seed: 2)
    return written
  }
}
