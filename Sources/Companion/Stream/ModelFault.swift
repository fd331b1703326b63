package import Chat

/// What can go wrong with a model's server: codes that stay, and words for everybody in the room.
///
/// The server's own words are not among them: they can name hosts, accounts and keys, and go to the
/// operator's log alone.
package enum ModelFault: String, CaseIterable, Sendable {
  case unreachable
  case connectTimeout = "connect_timeout"
  case untrusted
  case firstTokenTimeout = "first_token_timeout"
  case tokenTimeout = "token_timeout"
  case idleTimeout = "idle_timeout"
  case replyTimeout = "reply_timeout"
  case rateLimited = "rate_limited"
  case unauthorized
  case notFound = "not_found"
  case contextTooLong = "context_too_long"
  case badRequest = "bad_request"
  case upstreamError = "upstream_error"
  case malformed = "malformed_answer"
  case oversized = "oversized_answer"
  case interrupted
  /// It failed before and is not asked for a while.
  case passedOver = "passed_over"
  /// The server's own log refused part of a reply.
  case logRefused = "log_refused"

  /// The failure as it stands in an event.
  package var failure: Failure { Failure(code: rawValue, message: words) }

  private var words: String {
    switch self {
    case .unreachable: "the model cannot be reached"
    case .connectTimeout: "the model's server did not accept the connection in time"
    case .untrusted: "the model's server could not prove who it is"
    case .firstTokenTimeout: "the model did not begin to answer in time"
    case .tokenTimeout: "the model sent no text for too long"
    case .replyTimeout: "the model took too long over one answer"
    case .idleTimeout: "the model fell silent"
    case .rateLimited: "the model's server takes no more requests for now"
    case .unauthorized: "the model's server refused the key"
    case .notFound: "the model's server does not know this model"
    case .contextTooLong: "the conversation is too long for the model"
    case .badRequest: "the model's server refused the request"
    case .upstreamError: "the model's server reported an error"
    case .malformed: "the model's server sent something that is no answer"
    case .oversized: "the model's server sent more than is taken"
    case .interrupted: "the answer was cut off"
    case .passedOver: "the model failed a short while ago and is not asked yet"
    case .logRefused: "part of the answer could not be written"
    }
  }

  /// The fault behind an HTTP status that is not 200.
  static func of(status: Int) -> ModelFault {
    switch status {
    case 401, 403: .unauthorized
    case 404: .notFound
    case 408: .upstreamError
    // 402: nothing is left on the account.
    case 402, 429: .rateLimited
    case 400..<500: .badRequest
    case 500..<600: .upstreamError
    default: .malformed
    }
  }

  /// What it says of the server, for ``CircuitBreaker``; a request for rest is read elsewhere.
  var sign: CircuitBreaker.Sign {
    switch self {
    case .unreachable, .connectTimeout, .untrusted, .firstTokenTimeout: .dead
    case .tokenTimeout, .idleTimeout, .replyTimeout, .rateLimited, .unauthorized, .notFound,
      .upstreamError, .malformed, .oversized, .interrupted:
      .ill
    case .contextTooLong, .badRequest, .passedOver, .logRefused: .innocent
    }
  }
}
