/// RFC 6455 §5 read from a whole array, without a thought for speed: the parser must agree.
///
/// Like the parser it refuses as early as it can be known.
enum SlowFrames {
  private struct Ended: Error {}

  static func read(_ bytes: [UInt8], limit: Int) -> Outcome {
    var reading = Reading(bytes: bytes, limit: limit)
    while reading.outcome.fault == nil, !reading.isOver { reading.frame() }
    return reading.outcome
  }

  private struct Reading {
    let bytes: [UInt8]
    let limit: Int
    var position = 0
    var outcome = Outcome()
    var isOver = false
    /// Nil outside a message.
    var message: [UInt8]?
    /// Frames that did not end it.
    var fragments = 0

    mutating func fail(_ fault: Outcome.Fault) { outcome.fault = fault }

    mutating func frame() {
      let rest = Array(bytes[position...])
      guard let first = rest.first else {
        isOver = true
        return
      }
      let (isFinal, opcode) = (first & 0x80 != 0, first & 0x0F)
      if first & 0x70 != 0 { return fail(.broken) }
      switch opcode {
      case 0 where message == nil: return fail(.broken)
      case 1 where message != nil: return fail(.broken)
      case 0, 1: break
      case 2: return fail(.binary)
      case 8, 9, 10: if !isFinal { return fail(.broken) }
      default: return fail(.broken)
      }
      guard rest.count >= 2 else {
        isOver = true
        return
      }
      if rest[1] & 0x80 == 0 { return fail(.broken) }
      guard let (length, head) = Self.length(rest) else {
        isOver = true
        return
      }
      let isControl = opcode >= 8
      if isControl, length > 125 { return fail(.broken) }
      if !isControl, length >> 63 != 0 { return fail(.broken) }
      if !isControl, length > UInt64(limit - (message?.count ?? 0)) { return fail(.tooBig) }
      let mask = Array(rest[head - 4..<head])
      let there = rest[head...].prefix(Int(length))
      let payload = there.enumerated().map { $1 ^ mask[$0 % 4] }
      let isWhole = payload.count == Int(length)
      position += head + payload.count
      isControl
        ? control(opcode, payload, isWhole: isWhole)
        : text(payload, isWhole: isWhole, isFinal: isFinal)
    }

    /// The payload's length, and the header's with the mask; nil when that is not there whole.
    private static func length(_ rest: [UInt8]) -> (UInt64, head: Int)? {
      let short = Int(rest[1] & 0x7F)
      let more = short == 126 ? 2 : short == 127 ? 8 : 0
      guard rest.count >= 6 + more else { return nil }
      guard more > 0 else { return (UInt64(short), 6) }
      return (rest[2..<2 + more].reduce(0) { $0 << 8 | UInt64($1) }, 6 + more)
    }

    private mutating func text(_ payload: [UInt8], isWhole: Bool, isFinal: Bool) {
      let all = (message ?? []) + payload
      message = all
      let isAtEnd = isWhole && isFinal
      guard isAtEnd ? SlowText.isText(all) : SlowText.mayBecomeText(all) else {
        return fail(.notText)
      }
      guard isWhole else {
        isOver = true
        return
      }
      guard isFinal else {
        fragments += 1
        if fragments >= max(16, limit / 64) { fail(.tooBig) }
        return
      }
      outcome.said.append(.text(all))
      message = nil
      fragments = 0
    }

    private mutating func control(_ opcode: UInt8, _ payload: [UInt8], isWhole: Bool) {
      guard isWhole else {
        isOver = true
        return
      }
      switch opcode {
      case 9: outcome.said.append(.ping(payload))
      case 10: outcome.said.append(.pong)
      default: close(payload)
      }
    }

    private mutating func close(_ payload: [UInt8]) {
      isOver = true
      if payload.isEmpty { return outcome.said.append(.close(nil)) }
      guard payload.count > 1 else { return fail(.broken) }
      let code = UInt16(payload[0]) * 256 + UInt16(payload[1])
      let registered: Set<UInt16> = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
      ]
      guard registered.contains(code) || (3000...4999).contains(code) else {
        return fail(.broken)
      }
      guard SlowText.isText(Array(payload[2...])) else { return fail(.notText) }
      outcome.said.append(.close(code))
    }
  }
}

/// UTF-8 as the standard library judges it.
enum SlowText {
  static func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// Whether bytes are text, or would be if the right ones followed.
  static func mayBecomeText(_ bytes: [UInt8]) -> Bool {
    if isText(bytes) { return true }
    // Only the last character may be unfinished, and it has a first byte here.
    for tail in 1...3 where tail <= bytes.count {
      guard isText(Array(bytes.dropLast(tail))) else { continue }
      return completions.contains { isText(Array(bytes.suffix(tail)) + $0) }
    }
    return false
  }

  /// Continuations of which one fits whatever a character may begin with.
  private static let completions: [[UInt8]] = {
    let ends: [UInt8] = [0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF]
    let two = ends.flatMap { first in ends.map { [first, $0] } }
    return ends.map { [$0] } + two + two.flatMap { pair in ends.map { pair + [$0] } }
  }()
}
