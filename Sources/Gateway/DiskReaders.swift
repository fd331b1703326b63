import NIOPosix
import Rooms

/// The few threads on which segments are read; never an event loop.
struct DiskReaders: ReaderPool {
  private let threads: NIOThreadPool

  /// Starts `count` threads.
  init(count: Int) {
    threads = NIOThreadPool(numberOfThreads: count)
    threads.start()
  }

  func run(_ job: @escaping @Sendable () -> Void) {
    threads.submit { state in
      if case .active = state { job() }
    }
  }

  func stop() { try? threads.syncShutdownGracefully() }
}
