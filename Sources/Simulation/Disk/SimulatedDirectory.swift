/// Names, as they are seen and as they are durable.
final class SimulatedDirectory {
  enum Node {
    case file(Inode)
    case directory
  }

  enum Change {
    case link(String, Node)
    case unlink(String)
    case move(String, String, Node)
  }

  private(set) var cached: [String: Node] = [:]
  private(set) var media: [String: Node] = [:]
  private var pending: [Change] = []

  /// Seen at once, durable after a sync.
  func change(_ change: Change) {
    Self.apply(change, to: &cached)
    pending.append(change)
  }

  /// Makes those changes durable that `isKept` says, in order; the others go on waiting.
  func settle(_ isKept: (Change) -> Bool) {
    var waiting: [Change] = []
    for change in pending {
      if isKept(change) { Self.apply(change, to: &media) } else { waiting.append(change) }
    }
    pending = waiting
  }

  /// What a power cut leaves; returns how many changes were lost.
  func cut(_ isKept: (Change) -> Bool) -> Int {
    settle(isKept)
    defer { pending = [] }
    cached = media
    return pending.count
  }

  /// The same names, durable, of files that are copies.
  func copy() -> SimulatedDirectory {
    let copy = SimulatedDirectory()
    copy.cached = cached.mapValues { node in
      if case .file(let inode) = node { .file(inode.copy()) } else { node }
    }
    copy.media = copy.cached
    return copy
  }

  private static func apply(_ change: Change, to names: inout [String: Node]) {
    switch change {
    case .link(let name, let node): names[name] = node
    case .unlink(let name): names[name] = nil
    case .move(let old, let new, let node):
      names[old] = nil
      names[new] = node
    }
  }
}
