/// What happens to files at rest, where and when the world says so.
extension SimulatedDisk {
  /// A file that was hurt, to be mended again.
  struct Rot {
    fileprivate let inode: Inode
    fileprivate let before: Inode.Contents
    /// The last part of the file's path.
    let name: String
    /// In a batch, or in a file whose checksum covers all of it: somebody must notice.
    let isChecked: Bool
    /// In one of the two small files, so that all records are as they were.
    var isBesideRecords: Bool { name == "meta.json" || name == "recovery-point" }
  }

  /// Hurts one file below a directory; `nil`: all of them are empty, or nothing came of it.
  ///
  /// A few bits flip; or a sector is as if it had never been written, or holds what was written to
  /// another place. Segments end in zeros that were written ahead, which nobody reads in a log that
  /// was closed: a clean close has cut them.
  func rot(under path: String, from start: Int64, _ random: inout Randomness) -> Rot? {
    let found = files(under: path)
    guard !found.isEmpty else { return nil }
    let (name, inode, isReplaced) = random.pick(found)
    let before = inode.contents
    switch random.below(6) {
    case 0: inode.overwrite(sector: random.below(inode.sectors), with: [])
    case 1:
      let other = random.pick(found).inode
      let from = other.sector(random.below(other.sectors))
      inode.overwrite(sector: random.below(inode.sectors), with: from)
    default:
      var bits: Set<Int> = []
      for _ in 0..<random.pick([1, 1, 2, 8]) { bits.insert(random.below(inode.cached.count * 8)) }
      for bit in bits.sorted() { inode.flip(bit: bit) }
      tally[.bitsFlipped] += bits.count
    }
    guard inode.contents != before else { return nil }
    // Segments before the log's start wait for their removal, others for the file they are
    // rewritten as, which an opening may put in their place.
    let isSegment =
      name.hasSuffix(".log") && Int64(name.dropLast(4)) ?? -1 >= start && !isReplaced
    let isChecked = isSegment || name == "meta.json" || name == "recovery-point"
    return Rot(inode: inode, before: before, name: name, isChecked: isChecked)
  }

  func mend(_ rot: Rot) {
    used += rot.before.cached.count - rot.inode.cached.count
    rot.inode.restore(rot.before)
  }

  /// Files that are not empty; segments once, the small files and segments oftener than indexes.
  private func files(under path: String) -> [(name: String, inode: Inode, isReplaced: Bool)] {
    var found: [(name: String, inode: Inode, isReplaced: Bool)] = []
    for directory in directories.keys.sorted() where directory.hasPrefix(path) {
      guard let names = directories[directory]?.cached else { continue }
      for name in names.keys.sorted() {
        guard case .file(let inode)? = names[name], !inode.cached.isEmpty else { continue }
        // Segments are many: the two small files would never be chosen among them.
        let isReplaced = names[name + ".rewritten"] != nil
        found.append((name, inode, isReplaced))
        if !name.hasSuffix("index") { found.append((name, inode, isReplaced)) }
      }
    }
    return found
  }

  /// The same files on a disk of their own, all durable as they are seen.
  func copy() -> SimulatedDisk {
    let copy = SimulatedDisk(random: Randomness(seed: UInt64(used)))
    copy.take(directories.mapValues { $0.copy() })
    copy.used = used
    return copy
  }
}

extension Inode {
  struct Contents: Equatable {
    let cached: [UInt8]
    let media: [UInt8]
  }

  /// How many there are; at least one.
  var sectors: Int { max(1, (cached.count - 1) / SimulatedDisk.sectorBytes + 1) }

  func sector(_ index: Int) -> [UInt8] {
    let start = index * SimulatedDisk.sectorBytes
    return Array(cached[min(start, cached.count)...].prefix(SimulatedDisk.sectorBytes))
  }
}
