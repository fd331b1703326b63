import Chat

/// The error in an answer, in any shape that compatible servers use.
///
///     {"error":{"message":"…","type":"…","code":400 or "…"}}   OpenAI, llama.cpp, vLLM
///     {"error":"…"}                                             plain text under the same key
///     {"object":"error","message":"…","type":"…","code":400}   older vLLM
///     {"detail":"…"} or {"detail":[{"msg":"…"}]}                FastAPI
///     {"message":"…"}                                           gateways
struct ErrorBody: Equatable {
  /// The server's words; for the operator's log only.
  var words: String
  /// A number or a word by which it names the kind of error.
  private var code: String

  /// Nil when the object tells of no error; in a stream `{"message":…}` alone is none.
  init?(_ object: JSONObject, isWholeBody: Bool) {
    switch object["error"] {
    case .object(let error)?:
      self.init(fields: error)
    case .string(let text)? where !text.isEmpty:
      self.init(words: text, code: "")
    case nil, .null?, .bool(false)?, .string?:
      if object.string("object") == "error" || isWholeBody && object.string("message") != nil {
        self.init(fields: object)
      } else if let detail = object["detail"], isWholeBody {
        self.init(words: Self.words(detail), code: "")
      } else {
        return nil
      }
    default:
      self.init(words: "", code: "")
    }
  }

  private init(fields: JSONObject) {
    words = fields.string("message") ?? ""
    let codes = [
      fields.integer("code").map { String($0) }, fields.string("code"), fields.string("type"),
    ]
    code = codes.compactMap { $0 }.joined(separator: " ")
  }

  private init(words: String, code: String) {
    self.words = words
    self.code = code
  }

  private static func words(_ detail: JSONValue) -> String {
    switch detail {
    case .string(let text): text
    case .array(let items): items.map(words).joined(separator: "; ")
    case .object(let item): item.string("msg") ?? item.string("message") ?? ""
    default: ""
    }
  }

  /// The fault it stands for; `status` is that of the answer, 200 inside a stream.
  func fault(status: Int) -> ModelFault {
    if code.contains("context_length_exceeded") || code.contains("exceed_context_size")
      || words.contains("maximum context length")
    {
      return .contextTooLong
    }
    if status != 200 { return .of(status: status) }
    if code.contains("rate_limit") || code.contains("insufficient_quota") { return .rateLimited }
    guard let number = code.split(separator: " ").first.flatMap({ Int($0) }),
      (400..<600).contains(number)
    else { return .upstreamError }
    return .of(status: number)
  }
}
