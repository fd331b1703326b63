import Chat
import Foundation
import TestSupport
import Testing

@testable import Companion

/// An answer of a real server as it came over the socket, in `data/samples/sse`, and what it says.
struct RecordedAnswer: Sendable, CustomTestStringConvertible {
  let name: String
  var text = ""
  let ending: Ending

  var testDescription: String { name }

  static let all: [RecordedAnswer] = [
    RecordedAnswer(
      name: "llama-400-context", ending: .failed(ModelFault.contextTooLong.failure)),
    RecordedAnswer(name: "llama-400-json", ending: .failed(ModelFault.badRequest.failure)),
    RecordedAnswer(name: "llama-401", ending: .failed(ModelFault.unauthorized.failure)),
    RecordedAnswer(
      name: "llama-chat-emoji-stop", text: "🙂🌧️é ok", ending: .finished(.stop, nil)),
    RecordedAnswer(
      name: "llama-chat-nonstream", text: ".\n\n<h2><strong><em>",
      ending: .finished(.length, Usage(prompt: 3, completion: 5, total: 8))),
    RecordedAnswer(
      name: "llama-chat-ping-comment", text: "zebra zebra zebra", ending: .finished(.length, nil)),
    RecordedAnswer(
      name: "llama-chat-stream",
      text: "Write one short sentence about a friend. Include the word friend.<|im_"
        + "end|>\n<|im_start|>friend\nWrite one short sentence about a friend. Incl"
        + "ude the word friend.<",
      ending: .finished(.length, Usage(prompt: 59, completion: 40, total: 99))),
    RecordedAnswer(
      name: "transformers-stream", text: "\u{FFFD}\u{FFFD} is;N",
      ending: .finished(.length, Usage(prompt: 11, completion: 5, total: 16))),
    RecordedAnswer(name: "vllm-err-badmodel", ending: .failed(ModelFault.notFound.failure)),
    RecordedAnswer(name: "vllm-err-toolong", ending: .failed(ModelFault.contextTooLong.failure)),
    RecordedAnswer(
      name: "vllm-nousage", text: "\u{FFFD}\u{FFFD} is", ending: .finished(.length, nil)),
    RecordedAnswer(
      name: "vllm-stream", text: "\u{FFFD}\u{FFFD} is;N",
      ending: .finished(.length, Usage(prompt: 11, completion: 6, total: 17))),
  ]

  /// The bytes as they came, head and transfer encoding included.
  var wire: [UInt8] {
    get throws {
      let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      let path = here.appending(path: "../../data/samples/sse/\(name).http")
      return Array(try Data(contentsOf: path))
    }
  }

  /// Status, type and body, the chunks joined.
  func parts() throws -> (status: Int, type: String, body: [UInt8]) {
    let wire = try wire
    let end = Array("\r\n\r\n".utf8)
    let split = wire.indices.first { wire[$0...].starts(with: end) } ?? wire.count
    let head = String(decoding: wire[..<split], as: UTF8.self).components(separatedBy: "\r\n")
    let status = Int(head[0].split(separator: " ")[1]) ?? 0
    let fields = head.map { $0.lowercased() }
    let type = fields.first { $0.hasPrefix("content-type: ") }?.dropFirst(14) ?? ""
    let body = Array(wire[(split + 4)...])
    let isChunked = fields.contains("transfer-encoding: chunked")
    return (status, String(type), isChunked ? Self.joined(body[...]) : body)
  }

  private static func joined(_ chunks: ArraySlice<UInt8>) -> [UInt8] {
    var rest = chunks
    var body: [UInt8] = []
    while let end = rest.firstIndex(of: 13),
      let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), count > 0
    {
      body += rest.dropFirst(end + 2 - rest.startIndex).prefix(count)
      rest = rest.dropFirst(end + 2 - rest.startIndex + count + 2)
    }
    return body
  }
}
