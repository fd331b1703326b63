/// Which stretches of all files make the log: the chain that keeps most offsets.
///
/// Copies, older versions and batches with a wrong offset overlap what they were taken from, so
/// none of them is chosen beside it. A hole is bridged only where something says that it was one:
/// bytes enough for the batches that were in it, or the name or entry of the file behind it.
struct StretchChain {
  /// A stretch and the file it lies in.
  struct Link {
    let heap: Int
    let stretch: Stretch
    /// Its place among the file's stretches.
    let index: Int
  }

  /// Offsets of a hole that are filled with placeholders, at most.
  static let holeMax: Int64 = 1 << 26

  private let heaps: [BatchHeap]
  private let bases: Set<Int64>

  /// - Parameter bases: first offsets that segments are known to have.
  init(_ heaps: [BatchHeap], bases: Set<Int64>) {
    self.heaps = heaps
    self.bases = bases
  }

  /// The best chain of what is not before `start`.
  func best(from start: Int64) -> [Link] {
    var groups = groups(from: start)
    var order = Array(groups.indices)
    order.sort { groups[$0].base < groups[$1].base }
    var best: Int?
    for (place, index) in order.enumerated() {
      for before in order[..<place] where groups[before].next <= groups[index].base {
        let weight = groups[before].total
        guard weight > groups[index].carried, isBridge(groups[before], groups[index]) else {
          continue
        }
        groups[index].carried = weight
        groups[index].before = before
      }
      if best.map({ groups[$0].total < groups[index].total }) ?? true { best = index }
    }
    var chain: [Link] = []
    while let index = best {
      chain.insert(contentsOf: groups[index].links, at: 0)
      best = groups[index].before
    }
    return chain
  }

  /// Stretches that stand in line anyway, so that a sound log is one group however long it is.
  private struct Group {
    var links: [Link]
    var carried: Int64 = 0
    var before: Int?

    var base: Int64 { links[0].stretch.offsets.lowerBound }
    var next: Int64 { links[links.count - 1].stretch.offsets.upperBound }
    var total: Int64 { carried + next - base }
  }

  private func groups(from start: Int64) -> [Group] {
    var links: [Link] = []
    for (heap, found) in heaps.enumerated() {
      for (index, stretch) in found.stretches.enumerated()
      where stretch.offsets.upperBound > start {
        links.append(Link(heap: heap, stretch: stretch, index: index))
      }
    }
    // Of two that are alike, the one whose file has the right name and nothing wrong comes first.
    links.sort { left, right in
      let (a, b) = (left.stretch.offsets, right.stretch.offsets)
      if a.lowerBound != b.lowerBound { return a.lowerBound < b.lowerBound }
      if a.upperBound != b.upperBound { return a.upperBound > b.upperBound }
      return rank(left) > rank(right)
    }
    var groups: [Group] = []
    for link in links {
      if let last = groups.indices.last, groups[last].next == link.stretch.offsets.lowerBound {
        groups[last].links.append(link)
      } else if let last = groups.last?.links.last,
        last.stretch.offsets == link.stretch.offsets
      {
        continue
      } else {
        groups.append(Group(links: [link]))
      }
    }
    return groups
  }

  private func rank(_ link: Link) -> Int {
    let heap = heaps[link.heap]
    let isNamed = heap.named == link.stretch.offsets.lowerBound
    return (isNamed ? 2 : 0) + (heap.isWhole ? 1 : 0)
  }

  private func isBridge(_ before: Group, _ after: Group) -> Bool {
    let hole = after.base - before.next
    guard hole > 0 else { return true }
    guard hole <= Self.holeMax, let last = before.links.last, let first = after.links.first else {
      return false
    }
    if last.heap == first.heap, first.index > last.index {
      return hole
        <= Self.offsets(in: first.stretch.positions.lowerBound - last.stretch.positions.upperBound)
    }
    if bases.contains(after.base) { return true }
    // The beginning of its file is bad, and what was there belongs into the hole.
    guard let named = heaps[first.heap].named, named >= before.next, named <= after.base else {
      return false
    }
    return after.base - named <= Self.offsets(in: first.stretch.positions.lowerBound)
  }

  /// How many offsets so many bytes of batches may hold.
  private static func offsets(in bytes: Int64) -> Int64 {
    max(0, bytes) / Int64(RecordBatch.headerBytes) * Int64(RecordBatch.recordsMax)
  }
}
