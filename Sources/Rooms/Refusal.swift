import Chat

/// An `error` message: a stable code, words for people, and facts for programs.
package struct Refusal: Error, Equatable, Sendable {
  package enum Code: String, Sendable {
    /// Not JSON, or a field is missing or of a wrong type.
    case malformed
    case loneSurrogate = "lone_surrogate"
    case helloFirst = "hello_first"
    case alreadyHere = "already_here"
    case badToken = "bad_token"
    case badName = "bad_name"
    case sessionUnknown = "session_unknown"
    case seqGap = "seq_gap"
    case outsideDraft = "outside_draft"
    case draftClosed = "draft_closed"
    case draftOpen = "draft_open"
    case notVisible = "not_visible"
    case tooLarge = "too_large"
    case empty
    case roomFull = "room_full"
    case readOnly = "read_only"
    case muted
    /// The room is slow, and this comes too soon; `retryMilliseconds` says when it will not.
    case slowMode = "slow_mode"
    /// The draft or message would hold a word of the operator's list.
    case filtered
    case watching
    case noReply = "no_reply"
    /// The reply answers others: a second address must want its end within `retryMilliseconds`.
    case stopPending = "stop_pending"
    /// This address asked `limit` times for a reply's end within an hour.
    case stopLimit = "stop_limit"
    case unavailable
    /// Events or items are in the log no more, or damaged, or the disk does not give them.
    case unreadable
    /// Nothing is refused: the disk takes long, and acknowledgements with it.
    case slowDisk = "slow_disk"
  }

  package var code: Code
  package var message: String
  package var seq: Int64?
  /// The `seq` the client may give another content and go on from.
  package var expected: Int64?
  package var draft: Int64?
  /// Scalars in the draft.
  package var length: Int?
  package var limit: Int?
  package var retryMilliseconds: Int?

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ fault: MessageFault) {
    switch fault {
    case .malformed(.loneSurrogate(let position)):
      self.init(.loneSurrogate, "a lone surrogate at byte \(position): send whole characters")
    case .malformed(let error): self.init(.malformed, "not a JSON object: \(error)")
    case .badField(let name):
      self.init(.malformed, "field \"\(name)\" is missing or of a wrong type")
    }
  }

  package var json: [UInt8] {
    var json = JSONWriter()
    json.begin(type: "error")
    json.field("code", code.rawValue)
    json.field("message", message)
    if let seq { json.field("seq", seq) }
    if let expected { json.field("expected", expected) }
    if let draft { json.field("draft", draft) }
    if let length { json.field("length", length) }
    if let limit { json.field("limit", limit) }
    if let retryMilliseconds { json.field("retry_ms", retryMilliseconds) }
    json.endObject()
    return json.bytes
  }
}
