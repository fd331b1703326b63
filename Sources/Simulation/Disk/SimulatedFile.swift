internal import LogStore
internal import Glibc

/// A file as one process holds it open.
///
/// `@unchecked`: one world is one thread.
final class SimulatedFile: StoredFile, @unchecked Sendable {
  private let inode: Inode
  private let disk: SimulatedDisk
  private let path: String
  private let boot: Int

  init(_ inode: Inode, _ disk: SimulatedDisk, _ path: String) {
    self.inode = inode
    self.disk = disk
    self.path = path
    boot = disk.boot
  }

  private func strike(_ operation: StorageError.Operation) throws(StorageError) {
    guard boot == disk.boot else { throw StorageError(operation, path, errno: EBADF) }
    try disk.strike(operation, path)
  }

  func size() throws(StorageError) -> Int64 {
    try strike(.size)
    return Int64(inode.cached.count)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64)
    throws(StorageError) -> Int
  {
    try strike(.read)
    let count = max(0, min(buffer.count, inode.cached.count - Int(position)))
    guard count > 0, let target = buffer.baseAddress else { return 0 }
    inode.cached.withUnsafeBytes { _ = memcpy(target, $0.baseAddress! + Int(position), count) }
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    do { try strike(.write) } catch {
      if boot == disk.boot { writePart(of: bytes, at: Int(position)) }
      throw error
    }
    let growth = Int(position) + bytes.count - inode.cached.count
    if growth > 0, disk.used + growth > disk.capacity {
      disk.tally[.noSpace] += 1
      let fits = bytes.count - (disk.used + growth - disk.capacity)
      if fits > 0 { disk.write(UnsafeRawBufferPointer(rebasing: bytes[..<fits]), inode, position) }
      throw StorageError(.write, path, errno: ENOSPC)
    }
    disk.write(bytes, inode, position)
  }

  /// Any part from the beginning, perhaps all.
  private func writePart(of bytes: UnsafeRawBufferPointer, at position: Int) {
    let count = disk.random.within(0...bytes.count)
    guard count > 0 else { return }
    disk.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]), inode, Int64(position))
  }

  func sync() throws(StorageError) {
    do { try strike(.sync) } catch {
      guard boot == disk.boot else { throw error }
      // A cut may come when the sync has done its work; the caller never knows.
      if disk.isOff, disk.random.once(in: 3) {
        inode.sync()
      } else if !disk.isOff {
        inode.failSync(&disk.random)
      }
      throw error
    }
    inode.sync()
  }

  func truncate(to size: Int64) throws(StorageError) {
    try strike(.truncate)
    disk.resize(inode, to: Int(size))
  }
}

extension SimulatedDisk {
  func write(_ bytes: UnsafeRawBufferPointer, _ inode: Inode, _ position: Int64) {
    let before = inode.cached.count
    inode.write(bytes, at: Int(position))
    used += inode.cached.count - before
  }

  func resize(_ inode: Inode, to size: Int) {
    used += size - inode.cached.count
    inode.truncate(to: size)
  }

  /// Cuts the power: what was not synced goes, or not.
  func cutPower() {
    for path in directories.keys.sorted() {
      guard let directory = directories[path] else { continue }
      let style = Survival(&random, sectors: 0..<4)
      var random = random.fork()
      var place = 0
      tally[.entriesLost] += directory.cut { _ in
        defer { place += 1 }
        return style.keeps(place, &random)
      }
    }
    keepReachable()
    used = 0
    for path in directories.keys.sorted() {
      guard let directory = directories[path] else { continue }
      for name in directory.cached.keys.sorted() {
        guard case .file(let inode)? = directory.cached[name] else { continue }
        let (kept, lost) = inode.cut(&random)
        tally[.sectorsKept] += kept
        tally[.sectorsLost] += lost
        used += inode.cached.count
      }
    }
  }

  private func keepReachable() {
    keepDirectories { path in
      var path = path
      while path != "/" {
        guard let (parent, name) = try? directory(of: path, .open),
          case .directory? = parent.cached[name]
        else { return false }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        path = slash == path.startIndex ? "/" : String(path[..<slash])
      }
      return true
    }
  }
}
