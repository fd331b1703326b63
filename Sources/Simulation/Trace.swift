/// A hash over everything a world did: two runs of one seed must agree in it.
package struct Trace: Sendable, Equatable {
  package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  mutating func note(_ value: UInt64) {
    hash = (hash ^ value) &* 0x0000_0100_0000_01B3
    hash ^= hash >> 29
  }

  mutating func note(_ value: Int64) { note(UInt64(bitPattern: value)) }
  mutating func note(_ value: Int) { note(UInt64(bitPattern: Int64(value))) }

  mutating func note(_ bytes: [UInt8]) { note(bytes.withUnsafeBytes { Self.digest($0) }) }

  /// A hash of bytes; not one to trust against an adversary, but against accidents.
  static func digest(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64 = 0) -> UInt64 {
    var hash = seed ^ 0x9E37_79B9_7F4A_7C15 &+ UInt64(bytes.count)
    var at = 0
    while at + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
      at += 8
    }
    while at < bytes.count {
      hash = (hash ^ UInt64(bytes[at])) &* 0xC4CE_B9FE_1A85_EC53
      hash ^= hash >> 29
      at += 1
    }
    return hash
  }
}

/// What should never happen, with what it takes to see it again.
package struct Violation: Error, CustomStringConvertible {
  package let world: World
  package let seed: UInt64
  package let step: Int
  package let steps: Int
  package let what: String

  package var description: String {
    """
    seed \(seed), step \(step): \(what)
      again: dev/sim --world \(world.rawValue) --seed \(seed) --steps \(steps)
    """
  }
}

/// Thrown inside a world, where neither seed nor step need be known.
struct Broken: Error {
  let what: String
  init(_ what: String) { self.what = what }
}

/// The two kinds of world.
package enum World: String, Sendable, CaseIterable {
  /// The log alone.
  case log
  /// Admission and delivery on the log, with people who resend.
  case conversation
}
