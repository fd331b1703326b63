internal import LogStore
internal import Glibc

/// A disk in memory that does to the log what disks do.
///
/// # The fault model
///
/// Every file has two contents: *cached*, which reads see, and *media*, which a power cut leaves. A
/// write changes the cache and marks its 512-byte sectors dirty. A sync that succeeds copies the
/// dirty sectors and the size to the media.
///
/// **Power cut.** Of each file any subset of the dirty sectors reaches the media: all, none, a
/// prefix, a suffix, or each by the toss of a coin, so writes are torn, reordered and lost. The
/// size is that of the media, that of the cache, or anything between; what is inside the size and
/// was never written reads as zeros. A sector is whole: old or new, never a mixture.
///
/// **Names.** A creation, rename or removal is seen at once and is durable only after a sync of its
/// directory. A cut keeps any subset of those that were not; a rename is one of them, so it is
/// done or not, never half, unless it leads to another directory. A file's sync does not make its
/// name durable.
///
/// **Kill.** The process ends, the machine does not: the cache stays, also what a sync failed to
/// write.
///
/// **Failed sync.** EIO; of the dirty sectors any subset has reached the media and *all are clean
/// now*: a later sync does not write them. Reads go on seeing them until the power is cut.
///
/// **Failed write.** EIO, or ENOSPC when the disk is full; any part of the bytes is written.
/// **Failed read.** EIO, once. **Cut inside an operation.** It is done, or in part, or not.
///
/// **Rot.** Flipped bits; a sector that was never written though its sync was good; one that holds
/// what was meant for another place: only where the world says so, on the media and in the cache
/// alike.
///
/// Not simulated: stale bytes of other files in holes (file systems zero them), mixtures inside a
/// sector.
///
/// `@unchecked`: one world is one thread.
final class SimulatedDisk: Storage, @unchecked Sendable {
  static let sectorBytes = 512

  var random: Randomness
  var tally = Tally()
  var faults = DiskFaults()
  /// The power is out, or the process is being killed: nothing works until `restart`.
  private(set) var isOff = false
  /// Counts restarts: a file opened before one is of no use after it.
  private(set) var boot = 0
  /// Bytes that fit in all files together.
  var capacity = Int.max
  var used = 0
  private(set) var directories: [String: SimulatedDirectory] = ["/": SimulatedDirectory()]
  private var lockedBy: Int?
  private var lastInode = 0

  init(random: Randomness) { self.random = random }

  /// What an operation meets: an error, or the end of power.
  func strike(_ operation: StorageError.Operation, _ path: String) throws(StorageError) {
    if isOff { throw StorageError(operation, path, errno: EIO) }
    guard faults.isArmed else { return }
    if let fault = faults.next(operation) {
      switch fault {
      case .cut:
        isOff = true
        throw StorageError(operation, path, errno: EIO)
      case .error(let errno):
        tally[.failed(operation)] += 1
        throw StorageError(operation, path, errno: errno)
      }
    }
  }

  /// Ends the process, with the power or without.
  func restart(cutting power: Bool) {
    tally[power ? .powerCuts : .kills] += 1
    isOff = false
    boot += 1
    lockedBy = nil
    faults = DiskFaults()
    guard power else { return }
    cutPower()
  }

  // MARK: names

  func directory(of path: String, _ operation: StorageError.Operation) throws(StorageError)
    -> (SimulatedDirectory, name: String)
  {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    let parent = slash == path.startIndex ? "/" : String(path[..<slash])
    guard let directory = directories[parent] else {
      throw StorageError(operation, path, errno: ENOENT)
    }
    return (directory, String(path[path.index(after: slash)...]))
  }

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    try strike(.open, path)
    let (directory, name) = try directory(of: path, .open)
    if let node = directory.cached[name] {
      guard case .file(let inode) = node else { throw StorageError(.open, path, errno: EISDIR) }
      if case .create = mode { resize(inode, to: 0) }
      return SimulatedFile(inode, self, path)
    }
    guard case .create = mode else { throw StorageError(.open, path, errno: ENOENT) }
    if used >= capacity {
      tally[.noSpace] += 1
      throw StorageError(.open, path, errno: ENOSPC)
    }
    lastInode += 1
    let inode = Inode(number: lastInode)
    directory.change(.link(name, .file(inode)))
    return SimulatedFile(inode, self, path)
  }

  func names(in directory: String) throws(StorageError) -> [String] {
    try strike(.list, directory)
    guard let found = directories[directory] else {
      throw StorageError(.list, directory, errno: ENOENT)
    }
    return found.cached.keys.sorted()
  }

  func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    try strike(.open, path)
    if directories[path] != nil { return false }
    let (parent, name) = try directory(of: path, .open)
    parent.change(.link(name, .directory))
    directories[path] = SimulatedDirectory()
    return true
  }

  func rename(_ from: String, to: String) throws(StorageError) {
    try strike(.rename, to)
    let (directory, old) = try directory(of: from, .rename)
    let (other, new) = try self.directory(of: to, .rename)
    guard let node = directory.cached[old] else { throw StorageError(.rename, to, errno: ENOENT) }
    release(directory.cached[new])
    if directory === other {
      directory.change(.move(old, new, node))
    } else {
      other.change(.link(new, node))
      directory.change(.unlink(old))
    }
    if old == "next.prepared" { tally[.rolls] += 1 }
    if old.hasSuffix(".rewritten") { tally[.rewrites] += 1 }
  }

  func remove(_ path: String) throws(StorageError) {
    try strike(.remove, path)
    let (directory, name) = try directory(of: path, .remove)
    guard let node = directory.cached[name] else { return }
    release(node)
    directory.change(.unlink(name))
    tally[.removals] += 1
  }

  func syncDirectory(_ path: String) throws(StorageError) {
    guard let directory = directories[path] else {
      throw StorageError(.sync, path, errno: ENOENT)
    }
    do { try strike(.sync, path) } catch {
      directory.settle { _ in random.once(in: 2) }
      throw error
    }
    directory.settle { _ in true }
  }

  private func release(_ node: SimulatedDirectory.Node?) {
    if case .file(let inode)? = node { used -= inode.cached.count }
  }

  // MARK: the lock, and space

  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? {
    _ = try open(path, .create)
    guard lockedBy == nil else { return nil }
    lockedBy = boot
    return SimulatedLock(self, boot)
  }

  func isLocked(_ path: String) -> Bool { lockedBy != nil }

  fileprivate func unlock(_ holder: Int) {
    if lockedBy == holder { lockedBy = nil }
  }

  func freeBytes(at path: String) throws(StorageError) -> Int64 {
    Int64(max(0, capacity - used))
  }

  func take(_ directories: [String: SimulatedDirectory]) { self.directories = directories }

  /// Lets go of directories whose own name was lost.
  func keepDirectories(_ isKept: (String) -> Bool) {
    directories = directories.filter { isKept($0.key) }
  }
}

private final class SimulatedLock: StorageLock, @unchecked Sendable {
  private let disk: SimulatedDisk
  private let holder: Int

  init(_ disk: SimulatedDisk, _ holder: Int) {
    self.disk = disk
    self.holder = holder
  }

  deinit { disk.unlock(holder) }
}

extension Tally.Count {
  fileprivate static func failed(_ operation: StorageError.Operation) -> Tally.Count {
    switch operation {
    case .sync: .failedSyncs
    case .read, .list, .size: .failedReads
    default: .failedWrites
    }
  }
}
