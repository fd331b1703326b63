package import Chat

/// Who typed and sent when in a room, in at most ``blocksMost`` blocks of as many events each.
///
/// Counts only, of what the log holds also of hidden messages: no word can be read from them.
package struct Activity: Sendable {
  /// Blocks kept; beyond, each two become one.
  package static let blocksMost = 1_024
  /// Authors told apart; those who come later are counted as the last of them.
  package static let authorsMost = 256

  /// One author's part in a block.
  package struct Share: Sendable {
    package let author: Int
    package var keys: Int
    package var sent: Int
  }

  /// Consecutive events of the room.
  package struct Block: Sendable {
    /// Offset and time of the first event, time of the last.
    package let offset: Int64
    package let time: Int64
    package var end: Int64
    package var shares: [Share] = []
    /// The longest time without an event that ends in this block, in ms, and the event that ended
    /// it.
    package var idle: Int64 = 0
    package var idleOffset: Int64 = 0
    var events = 0

    mutating func add(_ share: Share) {
      if let at = shares.firstIndex(where: { $0.author == share.author }) {
        shares[at].keys += share.keys
        shares[at].sent += share.sent
      } else {
        shares.append(share)
      }
    }
  }

  package private(set) var blocks: [Block] = []
  package private(set) var authors: [ParticipantID] = []
  private var indexes: [ParticipantID: Int] = [:]
  /// Events in a block.
  private var size = 16

  package init() {}

  /// Counts the room's next event.
  package mutating func note(_ value: UnsafeRawBufferPointer, offset: Int64, time: Int64) {
    if blocks.last.map({ $0.events >= size }) ?? true {
      if blocks.count == Self.blocksMost { halve() }
      let begin = max(time, blocks.last?.end ?? 0)
      let before = blocks.last?.end ?? begin
      var block = Block(offset: offset, time: begin, end: begin)
      if begin > before { (block.idle, block.idleOffset) = (begin - before, offset) }
      blocks.append(block)
    }
    let last = blocks.count - 1
    // A clock that was set back makes no idle time, and none that counts twice.
    let idle = time - blocks[last].end
    if idle > blocks[last].idle {
      (blocks[last].idle, blocks[last].idleOffset) = (idle, offset)
    }
    blocks[last].end = max(blocks[last].end, time)
    blocks[last].events += 1
    count(value, in: last)
  }

  private mutating func count(_ value: UnsafeRawBufferPointer, in block: Int) {
    if let edit = EditView(value) {
      add(edit.author.by, keys: 1, sent: 0, to: block)
      return
    }
    switch try? Event.decode(value) {
    case .draftEdited(let author, _, _)?: add(author.by, keys: 1, sent: 0, to: block)
    case .messageSent(let author, _, _)?: add(author.by, keys: 0, sent: 1, to: block)
    case .replyChunk(let by, _, _)?: add(by, keys: 1, sent: 0, to: block)
    case .replyFinished?: add(.companion, keys: 0, sent: 1, to: block)
    default: break
    }
  }

  private mutating func add(_ by: ParticipantID, keys: Int, sent: Int, to block: Int) {
    blocks[block].add(Share(author: index(of: by), keys: keys, sent: sent))
  }

  private mutating func index(of by: ParticipantID) -> Int {
    if let index = indexes[by] { return index }
    guard authors.count < Self.authorsMost else { return Self.authorsMost - 1 }
    indexes[by] = authors.count
    authors.append(by)
    return authors.count - 1
  }

  /// The same in half as many blocks.
  private mutating func halve() {
    blocks = stride(from: 0, to: blocks.count, by: 2).map {
      Self.merged(blocks[$0..<min($0 + 2, blocks.count)])
    }
    size *= 2
  }

  /// One block of some that follow each other.
  static func merged(_ blocks: ArraySlice<Block>) -> Block {
    var sum = blocks[blocks.startIndex]
    for block in blocks.dropFirst() {
      sum.end = block.end
      sum.events += block.events
      if block.idle > sum.idle { (sum.idle, sum.idleOffset) = (block.idle, block.idleOffset) }
      for share in block.shares { sum.add(share) }
    }
    return sum
  }

  /// The same in at most `count` slices, oldest first.
  package func slices(_ count: Int) -> [Block] {
    guard !blocks.isEmpty else { return [] }
    let each = (blocks.count + max(count, 1) - 1) / max(count, 1)
    return stride(from: 0, to: blocks.count, by: each).map {
      Self.merged(blocks[$0..<min($0 + each, blocks.count)])
    }
  }
}
