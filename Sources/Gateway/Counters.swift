import Synchronization

/// What one loop counts between two publications; plain integers, no synchronisation.
struct LoopTally {
  var socketsOpened = 0
  var socketsClosed = 0
  var streamsOpened = 0
  var streamsClosed = 0
  var messagesReceived = 0
  var bytesSent = 0
  /// Bytes that wait in WebSockets whose clients do not read.
  var bytesWaiting = 0
  var requests = 0
  /// Times a socket's kernel buffer was full.
  var stalls = 0
  /// WebSockets ended for reading too slowly, and for giving no sign of life.
  var closedSlow = 0
  var closedSilent = 0
  /// Times a WebSocket was not read because its budget was used up.
  var pauses = 0
  /// Reads of pages and events for WebSockets that brought nothing.
  var failedReads = 0

  /// WebSockets open now.
  var open: Int { socketsOpened - socketsClosed }
}

/// The gateway's counters since its start, added up from all loops.
final class Counters: Sendable {
  private let sum = Mutex(LoopTally())

  func add(_ tally: LoopTally) {
    sum.withLock { sum in
      sum.socketsOpened += tally.socketsOpened
      sum.socketsClosed += tally.socketsClosed
      sum.streamsOpened += tally.streamsOpened
      sum.streamsClosed += tally.streamsClosed
      sum.messagesReceived += tally.messagesReceived
      sum.bytesSent += tally.bytesSent
      sum.bytesWaiting += tally.bytesWaiting
      sum.requests += tally.requests
      sum.stalls += tally.stalls
      sum.closedSlow += tally.closedSlow
      sum.closedSilent += tally.closedSilent
      sum.pauses += tally.pauses
      sum.failedReads += tally.failedReads
    }
  }

  var total: LoopTally { sum.withLock { $0 } }
}
