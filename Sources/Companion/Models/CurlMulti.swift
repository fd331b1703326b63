internal import CCurl

/// Every transfer to models' servers, on one thread, and where that thread sleeps.
///
/// `@unchecked Sendable` because `wake` alone is called from other threads, and
/// `curl_multi_wakeup` is made for that; all else belongs to the thread that waits.
final class CurlMulti: @unchecked Sendable {
  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let multi: UnsafeMutableRawPointer
  private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]

  init() {
    precondition(Self.isReady, "libcurl does not start")
    guard let multi = curl_multi_init() else { preconditionFailure("out of memory") }
    self.multi = multi
  }

  deinit { curl_multi_cleanup(multi) }

  /// Ends the present or the next ``wait(milliseconds:)`` at once.
  func wake() { curl_multi_wakeup(multi) }

  /// Sleeps until a transfer, somebody or the time wants something, then moves the transfers on.
  func wait(milliseconds: Int32) {
    curl_multi_poll(multi, nil, 0, milliseconds, nil)
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    var code = CURLE_OK
    while let easy = verbatim_curl_next_done(multi, &code) {
      transfers[easy]?.result = code
    }
  }

  func add(_ transfer: CurlTransfer) {
    transfers[transfer.easy] = transfer
    curl_multi_add_handle(multi, transfer.easy)
    wake()
  }

  /// Takes a transfer out; an unfinished one loses its connection at once.
  func remove(_ transfer: CurlTransfer) {
    guard transfers.removeValue(forKey: transfer.easy) != nil else { return }
    curl_multi_remove_handle(multi, transfer.easy)
  }
}
