/// A small seeded generator (SplitMix64), so that a failing case can be run again by its seed.
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Text of scalars that hurt: ASCII, escapes, combining marks, emoji, separators, astral planes.
package func awkwardText(_ count: Int, using random: inout SplitMix) -> String {
  let pool: [Unicode.Scalar] = [
    "a", "Z", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1B}", "\u{7F}", "\u{85}", "\u{9F}",
    "\u{A0}", "é", "e", "\u{301}", "\u{200D}", "👩", "👧", "🏳", "\u{FE0F}", "\u{1F1E9}", "각",
    "\u{1100}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{FEFF}", "\u{FFFF}", "\u{10FFFF}", "永",
  ]
  var text = String.UnicodeScalarView()
  for _ in 0..<count { text.append(pool.randomElement(using: &random) ?? "a") }
  return String(text)
}
