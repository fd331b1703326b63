internal import Chat
internal import NIOCore
internal import NIOPosix

/// `tail` over a server: prints a room's events from a place on, then whatever comes, through
/// every loss of the connection.
package enum Follow {
  /// Runs until the count or the end is reached, `emit` says no, or the task is cancelled.
  ///
  /// - Parameter emit: takes one line without its line feed; false when nobody reads it.
  package static func run(
    _ options: FollowOptions, emit: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws(FollowError) {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let outcome: Result<Void, FollowError>
    do throws(FollowError) {
      outcome = .success(try await follow(options, on: group.next(), emit))
    } catch {
      outcome = .failure(error)
    }
    try? await group.shutdownGracefully()
    try outcome.get()
  }

  private static func follow(
    _ options: FollowOptions, on loop: any EventLoop,
    _ emit: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws(FollowError) {
    guard options.count ?? 1 > 0 else { return }
    var beginning = RoomReader.Beginning.now
    switch options.origin {
    case .beginning: beginning = .beginning
    case .end: break
    case .offset(let offset): beginning = .offset(offset)
    case .last(let count):
      let end = try await endOfRoom(options, on: loop)
      let search = RoomSearch(server: options.server, room: options.room, eventLoop: loop)
      let wanted = min(count, FollowOptions.lastMost)
      beginning = .offset(try await search.offset(last: wanted, end: end))
    case .time(let time):
      let end = try await endOfRoom(options, on: loop)
      let search = RoomSearch(server: options.server, room: options.room, eventLoop: loop)
      beginning = .offset(try await search.offset(forTime: time, end: end))
    }
    do {
      try await print(from: beginning, options, on: loop, emit)
    } catch let error as FollowError {
      throw error
    } catch {
      throw FollowError(error)
    }
  }

  private static func print(
    from beginning: RoomReader.Beginning, _ options: FollowOptions, on loop: any EventLoop,
    _ emit: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws {
    let printer = try await loop.submit {
      NIOLoopBound(FollowPrinter(options, from: beginning, on: loop, emit), eventLoop: loop)
    }.get()
    try await withTaskCancellationHandler {
      try await loop.flatSubmit { printer.value.run() }.get()
    } onCancel: {
      loop.execute { printer.value.stop() }
    }
  }

  private static func endOfRoom(
    _ options: FollowOptions, on loop: any EventLoop
  ) async throws(FollowError) -> Int64 {
    do {
      return try await loop.flatSubmit {
        let reader = RoomReader(
          options.room, at: options.server, from: .now, on: loop, seed: .random(in: 0 ... .max)
        ) { _, _, _ in }
        let bound = NIOLoopBound(reader, eventLoop: loop)
        return reader.open().map { end in
          bound.value.close()
          return end
        }
      }.get()
    } catch {
      throw FollowError(error)
    }
  }
}

/// Turns what a reader tells into lines until there are enough of them.
private final class FollowPrinter {
  private let options: FollowOptions
  private let emit: @Sendable ([UInt8]) -> Bool
  private let done: EventLoopPromise<Void>
  private var reader: RoomReader?
  private let beginning: RoomReader.Beginning
  private let loop: any EventLoop
  private var left: Int

  init(
    _ options: FollowOptions, from beginning: RoomReader.Beginning, on loop: any EventLoop,
    _ emit: @escaping @Sendable ([UInt8]) -> Bool
  ) {
    self.options = options
    self.beginning = beginning
    self.loop = loop
    self.emit = emit
    left = options.count ?? .max
    done = loop.makePromise()
  }

  func run() -> EventLoopFuture<Void> {
    let reader = RoomReader(
      options.room, at: options.server, from: beginning, on: loop, seed: .random(in: 0 ... .max)
    ) { [self] offset, time, event in
      guard left > 0 else { return }
      left -= 1
      let line = FollowLine.bytes(offset, time, event, options)
      if !emit(line) || left == 0 { stop() }
    }
    self.reader = reader
    reader.onNewEpoch = { [self] in done.fail(FollowError.newEpoch) }
    reader.open().assumeIsolated().whenComplete { [self] result in
      switch result {
      case .failure(let error): done.fail(error)
      case .success(let end):
        if options.endsAtEnd {
          wait(for: end)
        } else {
          wait(for: .max)
        }
      }
    }
    return done.futureResult.assumeIsolated().always { [self] _ in
      self.reader?.close()
      self.reader = nil
    }.nonisolated()
  }

  private func wait(for offset: Int64) {
    reader?.reached(offset).assumeIsolated().whenComplete { [self] result in
      switch result {
      case .success: done.succeed()
      case .failure(let error): done.fail(error)
      }
    }
  }

  func stop() {
    left = 0
    done.succeed()
  }
}
