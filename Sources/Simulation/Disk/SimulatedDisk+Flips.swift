/// Bits that flip, where and when the world says so.
extension SimulatedDisk {
  /// Flipped bits, to be flipped back.
  struct Flips {
    fileprivate let inode: Inode
    fileprivate let bits: [Int]
    /// In a batch, or in a file whose checksum covers all of it: somebody must notice.
    let isInRecords: Bool

    func undo() { for bit in bits { inode.flip(bit: bit) } }
  }

  /// Flips a few bits of one file below a directory; `nil`: all of them are empty.
  ///
  /// Segments end in zeros that were written ahead, which nobody reads in a log that was closed:
  /// a clean close has cut them.
  func flipBits(under path: String, from start: Int64, _ random: inout Randomness) -> Flips? {
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
    guard !found.isEmpty else { return nil }
    let (name, inode, isReplaced) = random.pick(found)
    var bits: Set<Int> = []
    for _ in 0..<random.pick([1, 1, 2, 8]) { bits.insert(random.below(inode.cached.count * 8)) }
    let flipped = bits.sorted()
    for bit in flipped { inode.flip(bit: bit) }
    tally[.bitsFlipped] += flipped.count
    // Segments before the log's start wait for their removal, others for the file they are
    // rewritten as, which an opening may put in their place.
    let isSegment =
      name.hasSuffix(".log") && Int64(name.dropLast(4)) ?? -1 >= start && !isReplaced
    let isChecked = isSegment || name == "meta.json" || name == "recovery-point"
    return Flips(inode: inode, bits: flipped, isInRecords: isChecked)
  }
}
