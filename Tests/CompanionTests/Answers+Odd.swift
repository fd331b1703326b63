import Chat

@testable import Companion

extension Answer {
  private static func chunk(_ text: String, _ more: String = "") -> String {
    "data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}\(more)}]}\n\n"
  }

  private static func finish(_ reason: String) -> String {
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"\(reason)\"}]}\n\n"
  }

  /// What a careless reading takes for an end, for an error or for nothing.
  static let odd = [
    Answer(
      name: "an empty reason beside each word is no finish",
      body: chunk("one ", ",\"finish_reason\":\"\"") + chunk("two", ",\"finish_reason\":\"\"")
        + finish("STOP"),
      text: "one two", ending: .finished(.stop, nil)),
    Answer(
      name: "empty data keeps a connection alive",
      body: "data:\n\ndata: \n\n" + chunk("a") + "data\n\n" + finish("stop") + "data: [DONE] \n\n",
      text: "a", ending: .finished(.stop, nil)),
    Answer(
      name: "usage with every word, the last counts",
      body: chunk("a") + "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}],"
        + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}\n\n"
        + "data: {\"choices\":[{\"delta\":{\"content\":\"c\"},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3,\"total_tokens\":4}}\n\n",
      text: "abc", ending: .finished(.stop, Usage(prompt: 1, completion: 3, total: 4))),
    Answer(
      name: "halves of a pair of surrogates, and a member that stands twice",
      body: #"data: {"choices":[{"delta":{"content":"x"},"delta":{"content":"\ud83d \ude00\ud83d"#
        + #"\ude00\ud83dA"}}],"id":1,"id":2}"# + "\n\n" + finish("stop"),
      text: "\u{FFFD} \u{FFFD}😀\u{FFFD}A", ending: .finished(.stop, nil)),
    Answer(
      name: "an error in a body that calls itself a stream",
      body: "\n {\"error\":{\"message\":\"rate\",\"type\":\"rate_limit_error\"}}\n", text: "",
      ending: .failed(ModelFault.rateLimited.failure)),
    Answer(
      name: "an error event whose data is words", body: "event: error\ndata: out of memory\n\n",
      text: "", ending: .failed(ModelFault.upstreamError.failure)),
    Answer(
      name: "no error, said in four ways",
      body: "data: {\"error\":null,\"choices\":[]}\n\ndata: {\"error\":false}\n\n"
        + "data: {\"error\":\"\"}\n\ndata: {}\n\n" + chunk("a") + finish("eos"),
      text: "a", ending: .finished(.stop, nil)),
    Answer(
      name: "comments, then nothing", body: ": wait\n\n: wait\n\n:", text: "",
      ending: .interrupted),
    Answer(
      name: "cut inside the first field", body: "dat", text: "", ending: .interrupted),
    Answer(
      name: "an incomplete answer is one of a length", body: chunk("a") + finish("incomplete"),
      text: "a", ending: .finished(.length, nil)),
    Answer(
      name: "a cancelled answer is interrupted", body: chunk("a") + finish("cancelled"),
      text: "a", ending: .interrupted),
    Answer(
      name: "an answer without resources is an error",
      body: chunk("a") + finish("insufficient_system_resource"), text: "a",
      ending: .failed(ModelFault.upstreamError.failure)),
    Answer(
      name: "words before an endless line in the same read",
      body: chunk("a") + "data: " + String(repeating: "x", count: 70_000), text: "a",
      ending: .failed(ModelFault.oversized.failure)),
  ]
}
