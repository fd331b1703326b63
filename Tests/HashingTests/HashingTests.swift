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

  /// What identities, tokens and epochs are made of.
  ///
  /// A fair source fails this once in 10^14 runs.
  @Test func `a million random words: none twice, as many ones as zeros, as many changes as not`() {
    let random = SecureRandom()
    var words = ContiguousArray<UInt64>()
    words.reserveCapacity(1_000_000)
    var (ones, changes) = (0, 0)
    while words.count < 1_000_000 {
      let word = random.next()
      ones += word.nonzeroBitCount
      // Each bit and its neighbour: 63 pairs a word.
      changes += ((word ^ word >> 1) << 1).nonzeroBitCount
      words.append(word)
    }
    words.sort()
    #expect(zip(words, words.dropFirst()).allSatisfy { $0 < $1 })
    // Eight standard deviations, of 4,000 each.
    #expect(abs(ones - 32_000_000) < 32_000)
    #expect(abs(changes - 31_500_000) < 32_000)
  }

  @Test func `comparison is by content`() {
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1], [1, 2]))
  }
}

@Suite struct `HMAC-SHA256` {
  @Test func `gives the codes of RFC 4231`() throws {
    let cases: [(key: [UInt8], message: [UInt8], code: String)] = [
      (
        [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xAA, count: 131),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
    ]
    for (key, message, code) in cases {
      #expect(HMAC.sha256(message, key: key).hex == code)
    }
  }
}
