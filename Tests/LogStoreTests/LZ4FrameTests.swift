import Testing

@testable import LogStore

/// What comes from a disk is not believed: neither sizes nor flags.
@Suite struct LZ4FrameTests {
  private func frame(_ bytes: [UInt8]) -> [UInt8] {
    let compressor = FrameCompressor()
    var output = [UInt8](repeating: 0, count: compressor.bound(bytes.count))
    let count = output.withUnsafeMutableBytes { output in
      bytes.withUnsafeBytes { compressor.compress($0, to: output) }
    }
    return Array(output[..<count])
  }

  private func inflate(_ frame: [UInt8], limit: Int) throws -> [UInt8] {
    var output = [UInt8](repeating: 0, count: limit + LZ4Frame.blockBytes)
    let count = try output.withUnsafeMutableBytes { output in
      try frame.withUnsafeBytes {
        try FrameDecompressor().decompress($0, to: output, limit: limit)
      }
    }
    return Array(output[..<count])
  }

  @Test(arguments: [0, 1, 100, 65_535, 65_536, 65_537, 1 << 20])
  func `what was compressed comes back`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 3) }
    #expect(try inflate(frame(bytes), limit: count) == bytes)
  }

  @Test func `a frame that holds more than allowed is refused before there is room for it`() {
    let bomb = frame([UInt8](repeating: 0, count: 1 << 20))
    #expect(bomb.count < 8_192)
    #expect(throws: BatchFault.self) { try inflate(bomb, limit: (1 << 20) - 1) }
    #expect(throws: BatchFault.self) { try inflate(bomb, limit: 0) }
  }

  @Test func `a block that claims four gigabytes is refused`() {
    var claimed = frame([UInt8](repeating: 7, count: 100))
    claimed.replaceSubrange(7..<11, with: [0xFF, 0xFF, 0xFF, 0x7F])
    #expect(throws: BatchFault.self) { try inflate(claimed, limit: 1 << 20) }
  }

  @Test func `linked blocks, dictionaries, other versions and other magics are refused`() {
    let good = frame([1, 2, 3])
    for (index, byte) in [(4, 0x40), (4, 0x61), (4, 0xA0), (0, 0x05)] {
      var bad = good
      bad[index] = UInt8(byte)
      #expect(throws: BatchFault.self) { try inflate(bad, limit: 100) }
    }
  }

  @Test func `a frame cut anywhere, or with anything behind it, is refused`() {
    let good = frame((0..<200).map { UInt8($0) })
    for count in good.indices {
      #expect(throws: BatchFault.self) { try inflate(Array(good[..<count]), limit: 1_000) }
    }
    #expect(throws: BatchFault.self) { try inflate(good + [0], limit: 1_000) }
    #expect(throws: BatchFault.self) { try inflate(good + good, limit: 1_000) }
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `a frame of noise ends in a refusal or in bounded bytes`(seed: UInt64) {
    var generator = Seeded(seed)
    var noise = frame((0..<500).map { UInt8(truncatingIfNeeded: $0) })
    for _ in 0..<Int.random(in: 1...8, using: &generator) {
      noise[Int.random(in: 7..<noise.count, using: &generator)] =
        UInt8.random(in: 0...255, using: &generator)
    }
    if let bytes = try? inflate(noise, limit: 4_096) { #expect(bytes.count <= 4_096) }
  }
}
