import Chat

@testable import Companion

extension Answer {
  private static let hello = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"

  /// Streams that end otherwise than well.
  static let endings = [
    Answer(name: "cut after text", body: hello, text: "Hel", ending: .interrupted),
    Answer(
      name: "cut inside an event",
      body: hello + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n",
      text: "Hel", ending: .interrupted),
    Answer(
      name: "DONE without a finish", body: hello + "data: [DONE]\n\n", text: "Hel",
      ending: .interrupted),
    Answer(name: "nothing at all", body: "", text: "", ending: .interrupted),
    Answer(
      name: "aborted by the server",
      body: hello + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"abort\"}]}\n\n",
      text: "Hel", ending: .interrupted),
    Answer(
      name: "an error in the stream after text",
      body: hello + "data: {\"error\":{\"message\":\"slot lost\",\"code\":500}}\n\n" + hello,
      text: "Hel", ending: .failed(ModelFault.upstreamError.failure)),
    Answer(
      name: "an error event before text",
      body: "event: error\ndata: {\"message\":\"too many\",\"code\":429}\n\n",
      text: "", ending: .failed(ModelFault.rateLimited.failure)),
    Answer(
      name: "an error in words",
      body: "data: {\"error\":\"no memory left\"}\n\n", text: "",
      ending: .failed(ModelFault.upstreamError.failure)),
    Answer(
      name: "an error after the finish changes nothing",
      body: "data: {\"choices\":[{\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\n"
        + "data: {\"error\":\"late\"}\n\n",
      text: "ok", ending: .finished(.stop, nil)),
    Answer(
      name: "data that is no JSON", body: hello + "data: oops\n\n", text: "Hel",
      ending: .failed(ModelFault.malformed.failure)),
    Answer(
      name: "a page instead of a stream", type: "text/html", body: "<html><p>Welcome</p></html>",
      text: "", ending: .failed(ModelFault.malformed.failure)),
    Answer(
      name: "a JSON body without choices", type: "application/json", body: #"{"ok":true}"#,
      text: "", ending: .failed(ModelFault.malformed.failure)),
    Answer(
      name: "an endless line", body: "data: " + String(repeating: "x", count: 70_000), text: "",
      ending: .failed(ModelFault.oversized.failure)),
    Answer(
      name: "an endless event",
      body: String(repeating: "data: " + String(repeating: "x", count: 1_000) + "\n", count: 140),
      text: "", ending: .failed(ModelFault.oversized.failure)),
  ]

  /// Bodies of errors, every shape.
  static let errors = [
    error(
      400, #"{"error":{"code":400,"message":"9 tokens > 8","type":"exceed_context_size_error"}}"#,
      .contextTooLong),
    error(
      400, #"{"error":{"message":"bad value","type":"invalid_request_error","code":null}}"#,
      .badRequest),
    error(
      401, #"{"error":{"message":"Invalid Key","type":"authentication_error","code":401}}"#,
      .unauthorized),
    error(
      404,
      #"{"error":{"message":"no model `x`","type":"NotFoundError","param":"model","code":404}}"#,
      .notFound),
    error(
      400, #"{"object":"error","message":"This model's maximum context length is 8","code":400}"#,
      .contextTooLong),
    error(
      422, #"{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}"#, .badRequest),
    error(429, #"{"error":"slow down"}"#, .rateLimited),
    error(500, #"{"message":"inner"}"#, .upstreamError),
    error(503, "<html>busy</html>", .upstreamError),
    error(302, "", .malformed),
    error(500, String(repeating: "long ", count: 40_000), .upstreamError),
  ]

  private static func error(_ status: Int, _ body: String, _ fault: ModelFault) -> Answer {
    Answer(
      name: "\(status) \(body.prefix(40))", status: status, type: "application/json", body: body,
      text: "", ending: .failed(fault.failure))
  }
}
