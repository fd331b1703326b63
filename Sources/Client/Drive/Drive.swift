internal import Chat
internal import NIOCore
internal import NIOPosix

/// Recorded people typing over real sockets, and the proof that all of it arrived.
///
/// Each recorded session is a person of its own: a new participant under a new session over one
/// connection, made again whenever it is lost. `clients` of them type at a time; who is done makes
/// room for the next of the recording. A reader in every room sees what the log holds, and at the
/// end every event that was written is looked up in what was read.
package enum Drive {
  /// Runs to the end; faults are in the report.
  package static func run(_ options: DriveOptions) async throws(DriveError) -> DriveReport {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(options.threads, 1))
    let outcome: Result<DriveReport, DriveError>
    do throws(DriveError) {
      outcome = .success(try await DriveRun(options, group).run())
    } catch {
      outcome = .failure(error)
    }
    try? await group.shutdownGracefully()
    return try outcome.get()
  }
}

/// Hands the recording's sessions out, one after another.
private actor SessionSource {
  private let recording: Recording
  private var left: Int
  private var count: UInt64 = 0
  private var failure: RecordingError?

  init(_ recording: sending Recording, sessions: Int?) {
    self.recording = recording
    left = sessions ?? .max
  }

  /// The next session and its number from 0; nil at the end, or once the recording is bad.
  func next() -> (UInt64, RecordedSession)? {
    guard left > 0, failure == nil else { return nil }
    do throws(RecordingError) {
      guard let session = try recording.next() else {
        left = 0
        return nil
      }
      left -= 1
      count += 1
      return (count - 1, session)
    } catch {
      failure = error
      return nil
    }
  }

  func check() throws(RecordingError) {
    if let failure { throw failure }
  }
}

private struct DriveRun {
  let options: DriveOptions
  let group: MultiThreadedEventLoopGroup

  init(_ options: DriveOptions, _ group: MultiThreadedEventLoopGroup) {
    self.options = options
    self.group = group
  }

  func run() async throws(DriveError) -> DriveReport {
    let source: SessionSource
    do throws(RecordingError) {
      source = SessionSource(try Recording(path: options.input), sessions: options.sessions)
    } catch {
      throw .recording(error)
    }
    var file: AcknowledgementFile?
    if let path = options.acknowledgements { file = try AcknowledgementFile(path: path) }
    let books = DriveBooks(acknowledgements: file)
    let readers = try await openReaders(books)
    let results = await typeAll(source, books)
    do throws(RecordingError) { try await source.check() } catch { throw .recording(error) }
    try file?.check()
    var report = Self.report(results, books)
    report.faults += await readToTheEnd(readers, books)
    let faults = books.close()
    report.faults += LedgerFaults.Kind.allCases.compactMap { kind in
      faults.counts[kind].map { "\($0) \(kind.rawValue)" }
    }
    report.faults += faults.words
    report.notes += await readers.close()
    return report
  }

  // MARK: Reading

  private func openReaders(_ books: DriveBooks) async throws(DriveError) -> Readers {
    var readers = Readers()
    var random = SplitMix(seed: options.seed)
    for room in Set(options.rooms).sorted() {
      let loop = group.next()
      let seed = random.next()
      let server = options.server
      do {
        let reader = try await loop.flatSubmit {
          let reader = RoomReader(room, at: server, from: .now, on: loop, seed: seed) {
            books.saw($2, at: $0)
          }
          reader.onNewEpoch = { books.forgetSeen() }
          let bound = NIOLoopBound(reader, eventLoop: loop)
          return reader.open().map { _ in bound }
        }.get()
        readers.all.append((room, loop, reader))
      } catch let error as RoomReaderError {
        throw .cannotConnect("\(options.server.authority), room \(room): \(error.words)")
      } catch {
        throw .cannotConnect("\(error)")
      }
    }
    return readers
  }

  private func readToTheEnd(_ readers: Readers, _ books: DriveBooks) async -> [String] {
    var faults: [String] = []
    let highest = books.highest
    for (room, loop, reader) in readers.all {
      let end = await endOfRoom(room)
      guard let last = [highest[room], end].compactMap({ $0 }).max() else { continue }
      let reached = loop.flatSubmit { reader.value.reached(last) }
      let timeout = loop.scheduleTask(in: .nanoseconds(RoomReader.patience)) {
        reader.value.close()
      }
      do {
        try await reached.get()
      } catch {
        let why = (error as? RoomReaderError)?.words ?? "\(error)"
        faults.append("missing: room \(room) could not be read up to offset \(last): \(why)")
      }
      timeout.cancel()
    }
    return faults
  }

  /// The offset of the room's last event now, as a newcomer is told it: something written twice
  /// may stand behind the last offset that any typist heard of.
  private func endOfRoom(_ room: RoomName) async -> Int64? {
    let loop = group.next()
    let server = options.server
    let seed = options.seed &+ 1
    return try? await loop.flatSubmit {
      let reader = RoomReader(room, at: server, from: .now, on: loop, seed: seed) { _, _, _ in }
      let bound = NIOLoopBound(reader, eventLoop: loop)
      return reader.open().map { end in
        bound.value.close()
        return end
      }
    }.get()
  }

  // MARK: Typing

  private func typeAll(_ source: SessionSource, _ books: DriveBooks) async
    -> [DriveSession.Result]
  {
    await withTaskGroup(of: [DriveSession.Result].self) { tasks in
      for _ in 0..<max(1, min(options.clients, DriveOptions.clientsMost)) {
        tasks.addTask { await typeSome(of: source, books) }
      }
      var results: [DriveSession.Result] = []
      for await some in tasks { results += some }
      return results
    }
  }

  /// One client: sessions one after another until there are no more.
  private func typeSome(of source: SessionSource, _ books: DriveBooks) async
    -> [DriveSession.Result]
  {
    var results: [DriveSession.Result] = []
    while let (number, session) = await source.next() {
      let loop = group.next()
      let options = options
      let room = options.rooms[Int(number % UInt64(options.rooms.count))]
      let result = try? await loop.flatSubmit {
        DriveSession(
          session, in: room, options, books, on: loop, seed: options.seed &+ number &* 0x9E37
        ).run()
      }.get()
      if let result { results.append(result) }
    }
    return results
  }

  private static func report(
    _ results: [DriveSession.Result], _ books: DriveBooks
  ) -> DriveReport {
    var report = DriveReport()
    var returns: [UInt32] = []
    for result in results {
      report.messages += result.messages
      report.edits += result.edits
      report.resent += result.resent
      report.reconnects += result.reconnects
      report.filtered += result.filtered
      returns += result.returns
      if let failure = result.failure {
        report.faults.append("session \(result.name) (line \(result.line)) stopped: \(failure)")
      } else {
        report.sessions += 1
      }
      if result.gaps > 0 {
        report.notes.append(
          "session \(result.name) (line \(result.line)) saw \(result.gaps) gaps in its events")
      }
    }
    report.acked = books.acknowledged
    returns.sort()
    report.p50 = percentile(returns, 0.50)
    report.p99 = percentile(returns, 0.99)
    return report
  }

  /// Milliseconds under which this share of the (sorted, microseconds) lies; 0 for none.
  private static func percentile(_ sorted: [UInt32], _ share: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((Double(sorted.count) * share).rounded(.up))
    return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1_000
  }
}

/// The readers of a run, each on its loop.
private struct Readers: Sendable {
  var all: [(room: RoomName, loop: any EventLoop, reader: NIOLoopBound<RoomReader>)] = []

  /// Closes them; what was odd on the way.
  func close() async -> [String] {
    var notes: [String] = []
    for (room, loop, reader) in all {
      let gaps = try? await loop.submit {
        reader.value.close()
        return reader.value.gaps
      }.get()
      if let gaps, gaps > 0 { notes.append("the reader of room \(room) saw \(gaps) gaps") }
    }
    return notes
  }
}

extension RoomReaderError {
  var words: String {
    switch self {
    case .unreachable(let why): "no connection: \(why)"
    case .refused(let why): "refused: \(why)"
    case .rangeRefused(let from, let why): "events from \(from) on cannot be had: \(why)"
    case .closed: "no more events came"
    }
  }
}
