internal import CCurl

/// One request and what came of it so far.
///
/// It must be removed from its ``CurlMulti`` before it goes.
final class CurlTransfer {
  let easy: UnsafeMutableRawPointer
  private let headers: UnsafeMutablePointer<curl_slist>?
  /// Bytes of the answer's body that nobody took yet.
  private(set) var received: [UInt8] = []
  private(set) var isPaused = false
  /// Set when the transfer is over.
  var result: CURLcode?

  init(url: String, body: [UInt8], headers lines: [String], connectMilliseconds: Int) {
    guard let easy = curl_easy_init() else { preconditionFailure("out of memory") }
    self.easy = easy
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines { list = curl_slist_append(list, line) }
    headers = list
    setUp(url: url, connectMilliseconds: connectMilliseconds)
    body.withUnsafeBytes { bytes in
      _ = verbatim_curl_set_body(easy, bytes.baseAddress, bytes.count)
    }
    verbatim_curl_set_sink(
      easy,
      { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        if transfer.isPaused { return Int(CURL_WRITEFUNC_PAUSE) }
        transfer.received.append(
          contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Nothing followed, so that a key and a conversation go to the operator's address alone; with
  /// TLS only to who can prove to be it.
  private func setUp(url: String, connectMilliseconds: Int) {
    verbatim_curl_set_text(easy, CURLOPT_URL, url)
    verbatim_curl_set_headers(easy, headers)
    verbatim_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    verbatim_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    verbatim_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
    verbatim_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
    verbatim_curl_set_text(easy, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1")
    verbatim_curl_set_text(easy, CURLOPT_USERAGENT, "verbatim")
    verbatim_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds)
    // Signals would hit other threads; the thread that runs this blocks SIGPIPE instead.
    verbatim_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    // A name server that is silent must not hold up the thread when the transfer is given up.
    verbatim_curl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headers)
  }

  /// The answer's status; 0 while there is none.
  var status: Int { Int(verbatim_curl_status(easy)) }

  /// Why it went wrong, in libcurl's fixed words, which name no address; nil when it did not.
  var trouble: String? {
    guard let result, result != CURLE_OK else { return nil }
    return String(cString: curl_easy_strerror(result))
  }

  /// The answer's content type, empty when it named none.
  var contentType: String { verbatim_curl_content_type(easy).map { String(cString: $0) } ?? "" }

  /// The value of a header of the answer.
  func header(_ name: String) -> String? {
    verbatim_curl_header(easy, name).map { String(cString: $0) }
  }

  func takeReceived() -> [UInt8] {
    defer { received.removeAll() }
    return received
  }

  /// Lets bytes wait in the network, or come again.
  func setPaused(_ pause: Bool) {
    guard pause != isPaused, result == nil else { return }
    isPaused = pause
    curl_easy_pause(easy, pause ? Int32(CURLPAUSE_RECV) : Int32(CURLPAUSE_CONT))
  }
}
