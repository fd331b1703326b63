extension LogReader {
  /// Hands out the records from `offset` to before `end` as `scan` does, but decoded by several
  /// threads and folded, in order, by the calling one.
  ///
  /// The calling thread decodes too whenever nothing is ready to be folded, so that none is idle.
  /// Memory is bounded: three chunks a thread, of about 64 KiB on disk each.
  ///
  /// - Parameters:
  ///   - pieces: makes what a chunk is decoded to; used again and again.
  ///   - begin: empties a piece for the next chunk; on any thread.
  ///   - decode: adds a record, whose pointers are valid only inside; on any thread.
  ///   - fold: takes a piece; on the calling thread, in the log's order.
  package func scan<Piece>(
    from offset: Int64, to end: Int64?, threads: Int,
    pieces: () -> Piece,
    begin: @escaping @Sendable (inout Piece) -> Void,
    decode: @escaping @Sendable (RecordView, inout Piece) -> Void,
    fold: (inout Piece) -> ScanStep
  ) throws(ReadError) {
    let snapshot = published.current
    try snapshot.check(offset)
    let end = min(end ?? snapshot.state.next, snapshot.state.next)
    guard offset < end else { return }
    let line = DecodingLine(
      ChunkSource(snapshot, published.access, from: offset, to: end),
      slots: (0..<max(1, threads) * 3).map { _ in DecodingSlot(pieces()) }, begin, decode)
    let workers = (1..<max(1, threads)).map { _ in JoinableThread { line.work() } }
    let outcome = Result { () throws(ReadError) in try line.fold(fold) }
    for worker in workers { worker.join() }
    try outcome.get()
  }
}

/// A chunk and what it was decoded to.
final class DecodingSlot<Piece> {
  let chunk = RecordChunk()
  var piece: Piece
  var isReady = false
  var failure: ReadError?

  init(_ piece: Piece) { self.piece = piece }
}

/// Chunks on their way from the disk to the fold, in a ring.
///
/// `@unchecked`: everything but a slot's content is under the monitor, and a slot belongs to the
/// thread that claimed it until it is ready, then to the folding one.
private final class DecodingLine<Piece>: @unchecked Sendable {
  private let monitor = Monitor()
  private var source: ChunkSource
  private let slots: [DecodingSlot<Piece>]
  private let begin: @Sendable (inout Piece) -> Void
  private let decode: @Sendable (RecordView, inout Piece) -> Void
  /// Chunks claimed and folded so far; their difference is never more than there are slots.
  private var claimed = 0
  private var folded = 0
  /// Nothing more will be claimed.
  private var isOver = false
  /// What ended the reading, behind the last claimed chunk.
  private var failure: ReadError?

  init(
    _ source: ChunkSource, slots: [DecodingSlot<Piece>],
    _ begin: @escaping @Sendable (inout Piece) -> Void,
    _ decode: @escaping @Sendable (RecordView, inout Piece) -> Void
  ) {
    self.source = source
    self.slots = slots
    self.begin = begin
    self.decode = decode
  }

  /// Decodes until nothing is left; the life of a helping thread.
  func work() {
    let scratch = ReadScratch()
    monitor.lock()
    while !isOver {
      if let slot = claim() {
        decode(slot, with: scratch)
      } else if !isOver {
        monitor.wait()
      }
    }
    monitor.unlock()
  }

  /// Folds in order, and decodes meanwhile, until the end or until `body` stops.
  func fold(_ body: (inout Piece) -> ScanStep) throws(ReadError) {
    let scratch = ReadScratch()
    monitor.lock()
    defer {
      isOver = true
      monitor.broadcast()
      monitor.unlock()
    }
    while true {
      let next = slots[folded % slots.count]
      if folded < claimed, next.isReady {
        monitor.unlock()
        let step = body(&next.piece)
        monitor.lock()
        if let failure = next.failure { throw failure }
        next.isReady = false
        folded += 1
        monitor.signal()
        if case .stop = step { return }
      } else if let slot = claim() {
        decode(slot, with: scratch)
      } else if folded < claimed {
        monitor.wait()
      } else if let failure {
        throw failure
      } else {
        return
      }
    }
  }

  /// Reads the next chunk into a free slot; with the monitor held.
  private func claim() -> DecodingSlot<Piece>? {
    guard !isOver, claimed - folded < slots.count else { return nil }
    guard !source.isAtEnd else {
      end(nil)
      return nil
    }
    let slot = slots[claimed % slots.count]
    do { try source.fill(slot.chunk) } catch {
      end(error)
      return nil
    }
    claimed += 1
    return slot
  }

  private func end(_ error: ReadError?) {
    failure = error
    isOver = true
    monitor.broadcast()
  }

  /// Decodes a claimed slot with the monitor released.
  private func decode(_ slot: DecodingSlot<Piece>, with scratch: ReadScratch) {
    monitor.unlock()
    slot.failure = nil
    begin(&slot.piece)
    do throws(ReadError) {
      try slot.chunk.scan(with: scratch) { decode($0, &slot.piece) }
    } catch {
      slot.failure = error
    }
    monitor.lock()
    slot.isReady = true
    monitor.broadcast()
  }
}
