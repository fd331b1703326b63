internal import Glibc

/// A file's bytes: as they are read, and as they are durable.
final class Inode {
  let number: Int
  fileprivate(set) var cached: [UInt8] = []
  fileprivate(set) var media: [UInt8] = []
  private var dirty = SectorSet()

  init(number: Int) { self.number = number }

  /// Writes through the cache; a gap behind the end becomes zeros.
  func write(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    let end = position + bytes.count
    let size = cached.count
    if end > size { cached.append(contentsOf: repeatElement(0, count: end - size)) }
    cached.withUnsafeMutableBytes { _ = memcpy($0.baseAddress! + position, source, bytes.count) }
    dirty.insert(bytes: min(position, size)..<end)
  }

  func truncate(to size: Int) {
    let old = cached.count
    if size < old {
      cached.removeLast(old - size)
      // What is cut from inside a sector reads as zeros if the file grows again.
      if size % SimulatedDisk.sectorBytes != 0 { dirty.insert(bytes: size - 1..<size) }
    } else if size > old {
      cached.append(contentsOf: repeatElement(0, count: size - old))
      dirty.insert(bytes: old..<size)
    }
  }

  /// Makes the size and the dirty sectors that `isKept` says durable; all are clean afterwards.
  func sync(_ isKept: (Int) -> Bool = { _ in true }) {
    resizeMedia(to: cached.count)
    dirty.forEach { sector in
      if isKept(sector) { copy(sector) }
    }
    dirty = SectorSet()
  }

  /// A sync that failed: some sectors were written, the size perhaps; all are clean now.
  func failSync(_ random: inout Randomness) {
    let size = random.once(in: 2) ? cached.count : media.count
    resizeMedia(to: size)
    var random = random.fork()
    dirty.forEach { sector in
      if random.once(in: 2) { copy(sector) }
    }
    dirty = SectorSet()
  }

  /// Leaves what a power cut leaves; returns how many sectors it kept, and lost.
  func cut(_ random: inout Randomness) -> (kept: Int, lost: Int) {
    if dirty.isEmpty, cached.count == media.count {
      cached = media
      return (0, 0)
    }
    var kept = 0
    var lost = 0
    let choice = Survival(&random, sectors: dirty.bounds)
    let sizes = [
      media.count, cached.count,
      random.within(
        min(media.count, cached.count)...max(media.count, cached.count)),
    ]
    let size = choice.isAll ? cached.count : random.pick(sizes)
    var random = random.fork()
    let before = media.count
    resizeMedia(to: max(size, before))
    dirty.forEach { sector in
      if choice.keeps(sector, &random) {
        kept += 1
        copy(sector)
      } else {
        lost += 1
      }
    }
    resizeMedia(to: size)
    dirty = SectorSet()
    cached = media
    return (kept, lost)
  }

  /// Flips a bit, on the media and in the cache.
  func flip(bit: Int) {
    let mask = UInt8(1) << UInt8(bit % 8)
    if bit / 8 < cached.count { cached[bit / 8] ^= mask }
    if bit / 8 < media.count { media[bit / 8] ^= mask }
  }

  var contents: Contents { Contents(cached: cached, media: media) }

  func restore(_ contents: Contents) {
    cached = contents.cached
    media = contents.media
  }

  /// Puts bytes where a sector is, and zeros behind them, on the media and in the cache.
  func overwrite(sector: Int, with bytes: [UInt8]) {
    let start = sector * SimulatedDisk.sectorBytes
    for at in start..<start + SimulatedDisk.sectorBytes {
      let byte = at - start < bytes.count ? bytes[at - start] : 0
      if at < cached.count { cached[at] = byte }
      if at < media.count { media[at] = byte }
    }
  }

  func copy() -> Inode {
    let copy = Inode(number: number)
    copy.restore(Contents(cached: cached, media: cached))
    return copy
  }

  private func resizeMedia(to size: Int) {
    if size < media.count {
      media.removeLast(media.count - size)
    } else if size > media.count {
      media.append(contentsOf: repeatElement(0, count: size - media.count))
    }
  }

  /// As much of a sector as cache and media both have.
  private func copy(_ sector: Int) {
    let start = sector * SimulatedDisk.sectorBytes
    let end = min(start + SimulatedDisk.sectorBytes, cached.count, media.count)
    guard start < end else { return }
    cached.withUnsafeBytes { from in
      media.withUnsafeMutableBytes { to in
        _ = memcpy(to.baseAddress! + start, from.baseAddress! + start, end - start)
      }
    }
  }
}

/// Which sectors of one file a power cut keeps.
struct Survival {
  private enum Style: CaseIterable { case all, none, prefix, suffix, mixed }

  private let style: Style
  private let limit: Int

  init(_ random: inout Randomness, sectors: Range<Int>) {
    style = random.pick(Style.allCases)
    limit = sectors.isEmpty ? 0 : random.within(sectors.lowerBound...sectors.upperBound)
  }

  var isAll: Bool { style == .all }

  func keeps(_ sector: Int, _ random: inout Randomness) -> Bool {
    switch style {
    case .all: true
    case .none: false
    case .prefix: sector < limit
    case .suffix: sector >= limit
    case .mixed: random.once(in: 2)
    }
  }
}

/// Sectors that were written and not synced, by number.
struct SectorSet {
  private var words: [UInt64] = []
  private(set) var bounds = 0..<0

  var isEmpty: Bool { bounds.isEmpty }

  mutating func insert(bytes: Range<Int>) {
    guard !bytes.isEmpty else { return }
    let size = SimulatedDisk.sectorBytes
    let sectors = bytes.lowerBound / size..<(bytes.upperBound - 1) / size + 1
    if words.count * 64 < sectors.upperBound {
      let missing = (sectors.upperBound + 63) / 64 - words.count
      words.append(contentsOf: repeatElement(0, count: missing))
    }
    for sector in sectors { words[sector / 64] |= 1 << UInt64(sector % 64) }
    bounds =
      isEmpty
      ? sectors
      : min(bounds.lowerBound, sectors.lowerBound)..<max(bounds.upperBound, sectors.upperBound)
  }

  func forEach(_ body: (Int) -> Void) {
    for sector in bounds where words[sector / 64] & (1 << UInt64(sector % 64)) != 0 {
      body(sector)
    }
  }
}
