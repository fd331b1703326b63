import Hashing
import Testing

@Suite struct HashingTests {
  @Test func `SHA-256 of the standard's vectors`() {
    #expect(
      SHA256.digest([]).hex
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.digest(Array("a".utf8), Array("bc".utf8)).hex
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `SHA-1 and base64 give the handshake's example of RFC 6455`() {
    let key = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    #expect(SHA1.digest(Array(key.utf8)).base64 == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test func `hex and base64url are as RFC 4648 says`() {
    #expect(Array("f".utf8).base64URL == "Zg")
    #expect(Array("fo".utf8).base64URL == "Zm8")
    #expect(Array("foo".utf8).base64URL == "Zm9v")
    #expect([0xFB, 0xFF].base64URL == "-_8")
    #expect([UInt8](hex: "00ffA0") == [0, 255, 160])
    #expect([UInt8](hex: "0") == nil)
    #expect([UInt8](hex: "0g") == nil)
  }

  @Test func `random words differ`() {
    let random = SecureRandom()
    #expect(Set((0..<1_000).map { _ in random.next() }).count == 1_000)
  }

  @Test func `comparison is by content`() {
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1], [1, 2]))
  }
}
