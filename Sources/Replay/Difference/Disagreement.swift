internal import Chat
internal import Hashing
internal import Projector

/// Why a checkpoint is not what its log says at the same offset.
enum Disagreement {
  /// The offset that is wrong as far as the two states tell, and the words for it.
  ///
  /// - Parameters:
  ///   - agreed: the last offset at which log and checkpoints are known to agree; −1: none.
  static func words(
    theirs: Projection, ours: Projection, agreed: Int64
  ) -> (offset: Int64, what: String) {
    let at = ours.next - 1
    let digests = "its digest is \(theirs.digest.hex), the log's there is \(ours.digest.hex)"
    var first: (offset: Int64, what: String)?
    let names = Set(theirs.rooms.keys).union(ours.rooms.keys).sorted()
    for name in names {
      let (kept, folded) = (theirs[name] ?? RoomState(), ours[name] ?? RoomState())
      guard kept.digest != folded.digest else { continue }
      for change in kept.changes(to: folded) {
        let offset = change.offset >= 0 ? change.offset : at
        guard first.map({ offset < $0.offset }) ?? true else { continue }
        first = (offset, words(change, in: name))
      }
    }
    guard let first else { return (at, digests) }
    guard first.offset <= at, first.offset > agreed else {
      return (at, "\(first.what); \(digests)")
    }
    return (
      first.offset,
      "\(first.what); log and checkpoints agree up to offset \(agreed); \(digests)"
    )
  }

  private static func words(_ change: Change, in room: RoomName) -> String {
    guard change.kind != .history else {
      return "room \(room): something said earlier than what the checkpoint still holds differs"
    }
    let whose = change.by.map { " of \($0)" } ?? ""
    let before = change.before ?? "nothing"
    let after = change.after ?? "nothing"
    return "room \(room): \(change.kind.rawValue)\(whose) is \(before) in the checkpoint and"
      + " \(after) in the log"
  }
}
