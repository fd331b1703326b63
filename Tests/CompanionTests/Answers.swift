import Chat
import Testing

@testable import Companion

/// An answer of a model's server as it comes off the wire, and what it must be read as.
struct Answer: Sendable, CustomTestStringConvertible {
  let name: String
  var status = 200
  var type = "text/event-stream"
  let body: String
  let text: String
  let ending: Ending

  var testDescription: String { name }

  /// The same events whatever the cuts: texts joined, then the ending.
  func read(cuttingAt cuts: [Int]) -> (text: String, ending: Ending?) {
    let bytes = Array(body.utf8)
    var stream = CompletionStream(status: status, contentType: type)
    var events: [ModelEvent] = []
    for (start, end) in zip([0] + cuts, cuts + [bytes.count]) where start < end {
      events += bytes[start..<end].withUnsafeBytes { stream.receive($0) }
    }
    events += stream.end()
    var text = ""
    var ending: Ending?
    for event in events {
      switch event {
      case .text(let piece): text += piece
      case .thinking: break
      case .ended(let last): ending = last
      }
    }
    return (text, ending)
  }
}

extension Answer {
  /// One of each shape seen from servers in use, with words of our own.
  static let all: [Answer] = streams + odd + endings + errors

  static let streams = [
    Answer(
      name: "role with null content, usage in a chunk of its own without choices, then DONE",
      body: """
        data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant",\
        "content":null}}],"id":"a"}

        data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Good"}}],"id":"a"}

        data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":" night 🌙"}}],"id":"a"}

        data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"id":"a"}

        data: {"choices":[],"id":"a","usage":{"completion_tokens":4,"prompt_tokens":5,\
        "total_tokens":9},"timings":{"ms":-1.5e3}}

        data: [DONE]


        """,
      text: "Good night 🌙",
      ending: .finished(.length, Usage(prompt: 5, completion: 4, total: 9))),
    Answer(
      name: "empty contents, the last text together with the finish, no usage",
      body: """
        data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},\
        "finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"content":"雨が"},"finish_reason":"stop",\
        "stop_reason":null}]}

        data: [DONE]


        """,
      text: "雨が", ending: .finished(.stop, nil)),
    Answer(
      name: "content missing, usage in the finish chunk, the end without DONE",
      type: "text/event-stream; charset=utf-8",
      body: """
        data: {"choices":[{"delta":{"role":"assistant"},"index":0}]}

        data: {"choices":[{"delta":{"content":"\u{FFFD} yes"},"index":0}]}

        data: {"choices":[{"delta":{},"index":0,"finish_reason":"stop"}],\
        "usage":{"completion_tokens":2,"prompt_tokens":7,"total_tokens":9}}


        """,
      text: "\u{FFFD} yes", ending: .finished(.stop, Usage(prompt: 7, completion: 2, total: 9))),
    Answer(
      name: "comments, alone and glued to data",
      body: ":\n\n: keepalive\ndata: {\"choices\":[{\"delta\":{\"content\":\"zig\"}}]}\n\n:\n\n"
        + "data: {\"choices\":[{\"delta\":{\"content\":\"zag\"},\"finish_reason\":\"stop\"}]}\n\n",
      text: "zigzag", ending: .finished(.stop, nil)),
    Answer(
      name: "CRLF, no space after the colon, a byte order mark, usage before the finish",
      body: "\u{FEFF}data:{\"choices\":[],\"usage\":{\"prompt_tokens\":3}}\r\n\r\n"
        + "data:{\"choices\":[{\"delta\":{\"content\":\"é\"}}],\"usage\":null}\r\n\r\n"
        + "data:{\"choices\":[{\"delta\":null,\"finish_reason\":\"content_filter\"}]}\r\n\r\n"
        + "data:[DONE]\r\n\r\n",
      text: "é", ending: .finished(.filtered, Usage(prompt: 3, completion: 0, total: 3))),
    Answer(
      name: "CR alone, an object over two data lines, other fields",
      body:
        "id: 1\revent: message\rdata: {\"choices\":[{\"delta\":\rdata: {\"content\":\"two\"}}]}\r"
        + "retry: 5\r\rdata: {\"choices\":[{\"finish_reason\":\"stop\"}]}\r\r",
      text: "two", ending: .finished(.stop, nil)),
    Answer(
      name: "parts of content, a second choice, reasoning, choices missing",
      body: """
        data: {"prompt_filter_results":[]}

        data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}

        data: {"choices":[{"index":1,"delta":{"content":"NO"}},{"index":0,\
        "delta":{"content":[{"type":"text","text":"yes"}]}}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"error":null}


        """,
      text: "yes", ending: .finished(.stop, nil)),
    Answer(
      name: "one JSON body in spite of the stream asked for",
      type: "application/json; charset=utf-8",
      body: #"{"choices":[{"finish_reason":"length","index":0,"message":{"role":"assistant","#
        + #""content":"One\n\"body\""}}],"usage":{"completion_tokens":5,"prompt_tokens":3,"#
        + #""total_tokens":8}}"#,
      text: "One\n\"body\"", ending: .finished(.length, Usage(prompt: 3, completion: 5, total: 8))),
  ]
}
