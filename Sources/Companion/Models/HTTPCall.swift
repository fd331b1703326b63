internal import CCurl
internal import Chat

/// One completion over one transfer: its stream, and the moments at which patience ends.
struct HTTPCall {
  let transfer: CurlTransfer
  private let timeouts: ModelTimeouts
  private var stream: CompletionStream?
  /// Monotonic nanoseconds: of the request, of the last byte, of the last text, of the finish.
  private var began: Int64
  private var lastByte: Int64
  private var lastText: Int64
  private var finishedAt: Int64?
  /// Of the first look at a status that is no success: its body is only for the operator's log.
  private var refusedAt: Int64?
  /// A word came, or a sign of thinking.
  private(set) var hasSpoken = false
  private var pausedAt: Int64?
  private(set) var isOver = false

  init(_ transfer: CurlTransfer, timeouts: ModelTimeouts, now: Int64) {
    self.transfer = transfer
    self.timeouts = timeouts
    began = now
    lastByte = now
    lastText = now
  }

  /// What the server said of an error, or libcurl in fixed words; for the operator's log only.
  var complaint: String? {
    if (300..<400).contains(transfer.status) { return "a redirect, which is not followed" }
    return stream?.complaint ?? transfer.trouble
  }

  /// The server refused the request itself, in these bytes.
  var refusal: [UInt8]? { stream?.refusal }

  mutating func setPaused(_ isPaused: Bool, now: Int64) {
    transfer.setPaused(isPaused)
    if isPaused {
      pausedAt = pausedAt ?? now
    } else if let since = pausedAt {
      pausedAt = nil
      began += now - since
      lastByte += now - since
      lastText += now - since
      finishedAt = finishedAt.map { $0 + now - since }
    }
  }

  /// Monotonic nanoseconds at which ``advance(now:)`` has something to do; nil while it waits for
  /// nothing but a resume.
  var deadline: Int64? {
    if !transfer.received.isEmpty || transfer.result != nil { return 0 }
    return pausedAt == nil ? patience.until : nil
  }

  mutating func advance(now: Int64) -> [ModelEvent] {
    var events: [ModelEvent] = []
    if refusedAt == nil, transfer.status >= 300 { refusedAt = now }
    if !transfer.received.isEmpty {
      lastByte = now
      var stream = self.stream ?? answer()
      events += transfer.takeReceived().withUnsafeBytes { stream.receive($0) }
      if events.contains(where: \.isSignOfLife) {
        lastText = now
        hasSpoken = true
      }
      if stream.isFinished { finishedAt = finishedAt ?? now }
      self.stream = stream
    }
    if stream?.isOver == true {
      isOver = true
    } else if let code = transfer.result {
      events += end(code)
    } else if pausedAt == nil, patience.until <= now {
      events += giveUp(patience.fault)
    }
    return events
  }

  private func answer() -> CompletionStream {
    CompletionStream(status: transfer.status, contentType: transfer.contentType)
  }

  /// The next moment at which waiting ends, and as what.
  private var patience: (until: Int64, fault: ModelFault) {
    if let decidedAt = finishedAt ?? refusedAt {
      return (decidedAt + nanoseconds(timeouts.linger), .idleTimeout)
    }
    guard hasSpoken else {
      return (lastText + nanoseconds(timeouts.firstToken), .firstTokenTimeout)
    }
    let token = lastText + nanoseconds(max(timeouts.token, timeouts.idle))
    let byte = lastByte + nanoseconds(timeouts.idle)
    let whole = began + nanoseconds(timeouts.whole)
    if whole < min(token, byte) { return (whole, .replyTimeout) }
    return token < byte ? (token, .tokenTimeout) : (byte, .idleTimeout)
  }

  private func nanoseconds(_ milliseconds: Int) -> Int64 { Int64(milliseconds) * 1_000_000 }

  private mutating func giveUp(_ fault: ModelFault) -> [ModelEvent] {
    isOver = true
    guard stream?.isDecided == true || refusedAt != nil else {
      return [.ended(.failed(fault.failure))]
    }
    var stream = self.stream ?? answer()
    defer { self.stream = stream }
    return stream.end()
  }

  private mutating func end(_ code: CURLcode) -> [ModelEvent] {
    isOver = true
    if code == CURLE_OK || stream?.isDecided == true || refusedAt != nil {
      var stream = self.stream ?? answer()
      defer { self.stream = stream }
      return stream.end()
    }
    // A status line came, or even a body: whatever happened then, it was cut off.
    guard stream == nil, transfer.status == 0 else { return [.ended(.interrupted)] }
    switch code {
    case CURLE_OPERATION_TIMEDOUT: return [.ended(.failed(ModelFault.connectTimeout.failure))]
    case CURLE_PEER_FAILED_VERIFICATION:
      return [.ended(.failed(ModelFault.untrusted.failure))]
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      return [.ended(.failed(ModelFault.malformed.failure))]
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
      return [.ended(.interrupted)]
    default: return [.ended(.failed(ModelFault.unreachable.failure))]
    }
  }
}

extension ModelEvent {
  fileprivate var isSignOfLife: Bool {
    switch self {
    case .text, .thinking: true
    case .ended: false
    }
  }
}
