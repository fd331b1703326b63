import Chat
import Testing

@testable import Companion

@Suite struct ProviderTests {
  @Test func `an address becomes a place and a public name`() throws {
    let local = try Provider(address: "http://127.0.0.1:8081/v1/", model: "m")
    #expect(local.name == "local")
    #expect(local.place == .server(base: "http://127.0.0.1:8081/v1", key: nil))
    #expect(try Provider(address: "https://API.example/v1", model: "m").name == "api.example")
    #expect(try Provider(address: "http://[::1]:80", model: "m").name == "local")
    #expect(try Provider(address: "https://x.example", model: "m", name: "ours").name == "ours")
    let script = try Provider(address: "script:5", model: "")
    #expect(script.place == .script(tokenMilliseconds: 5))
  }

  @Test(arguments: [
    "", "127.0.0.1:80", "ftp://x/v1", "file:///etc/passwd", "http://", "http:///v1",
    "http://user:pass@x/v1", "http://x/v1?key=1", "http://x/v1#a", "http://x y/v1", "http://x\n/",
    "http://[]/", "script:fast", "script:-1",
  ])
  func `an address that is none is refused`(address: String) {
    #expect(throws: ProviderFault.badAddress(address)) {
      try Provider(address: address, model: "m")
    }
  }

  @Test func `a server needs the name of a model`() {
    #expect(throws: ProviderFault.noModel) { try Provider(address: "http://x/v1", model: "") }
  }

  @Test func `a failing server's words are cut, and hold no part of the key wherever it stands`()
    throws
  {
    let key = try #require(Secret("sk-0123456789abcdef"))
    for lead in 470...510 {
      let words = String(repeating: "é", count: lead) + "sk-0123456789abcdef" + " and so on"
      let quoted = HTTPLanguageModel.quoted(words, without: key)
      #expect(!quoted.contains("sk-"), "\(lead)")
      #expect(quoted.unicodeScalars.count <= Limits.errorScalars)
    }
    let long = String(repeating: "x", count: 100_000)
    #expect(HTTPLanguageModel.quoted(long, without: nil).count == Limits.errorScalars)
    #expect(HTTPLanguageModel.quoted("", without: key).isEmpty)
  }

  @Test func `a key never shows, however it is printed`() throws {
    let key = try #require(Secret(" sk-123\n"))
    let provider = try Provider(address: "https://x.example/v1", model: "m", key: key)
    var dumped = ""
    dump(provider, to: &dumped)
    for text in ["\(key)", String(reflecting: key), "\(provider)", dumped, "\([key])"] {
      #expect(!text.contains("sk-123"))
      #expect(text.contains("***") || text == dumped)
    }
    #expect(key.authorization == "Authorization: Bearer sk-123")
    #expect(key.redacted("bad key sk-123!") == "bad key ***!")
  }

  @Test(arguments: ["", "  \n", "two words", "line\nbreak: x", "ключ"])
  func `a key that could not stand in a header is none`(text: String) {
    #expect(Secret(text) == nil)
  }

  @Test func `the status tells what runs, not where`() throws {
    let script = try Provider(address: "script:", model: "")
    let server = try Provider(address: "http://x/v1", model: "gpt")
    #expect(CompanionStatus(CompanionOptions(providers: [])).kind == .none)
    #expect(CompanionStatus(CompanionOptions(providers: [script])).kind == .scripted)
    let status = CompanionStatus(CompanionOptions(providers: [server, script]))
    #expect(status.kind.rawValue == "openai-compatible")
    #expect(status.model == "gpt")
  }

  @Test func `a request asks for a stream with usage, within the bound`() {
    let prompt = Prompt(
      instructions: "Be \"kind\".",
      turns: [
        Prompt.Turn(role: .user, text: "Ada: a\nb"), Prompt.Turn(role: .assistant, text: "c"),
      ])
    let body = CompletionRequest.json(prompt, model: "m", maxTokens: 512)
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"model":"m","messages":[{"role":"system","content":"Be \"kind\"."},"#
        + #"{"role":"user","content":"Ada: a\nb"},{"role":"assistant","content":"c"}],"#
        + #""stream":true,"stream_options":{"include_usage":true},"max_tokens":512}"#)
  }
}
