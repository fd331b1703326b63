/// What one Unicode scalar is to a word filter.
///
/// In the spirit of NFKC with case folding, as far as that is cheap and the standard library knows:
/// fonts and accents of Latin letters by their names, look-alikes and compositions of other scripts
/// from short tables. A list's words and what people write go through the same folding.
enum ScalarFolding {
  enum Folded {
    case letter(UInt32)
    /// A ligature, or a syllable of Hangul.
    case letters([UInt32])
    /// A letter of a script without spaces, or a symbol: a word of its own.
    case alone(UInt32)
    case gap
    case lineBreak
    /// A combining mark, or nothing that is seen.
    case nothing
  }

  /// Set in symbols that stand alone.
  static let aloneBit: UInt32 = 1 << 31

  static func fold(_ scalar: Unicode.Scalar) -> Folded {
    switch scalar.value {
    case 0x61...0x7A, 0x30...0x39: .letter(scalar.value)
    case 0x41...0x5A: .letter(scalar.value | 0x20)
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: .lineBreak
    case 0..<0x80: .gap
    case 0xAC00...0xD7A3: .letters(jamo(scalar.value))
    case 0x80..<0x1_0000: unpack(table[Int(scalar.value)])
    default: classify(scalar)
    }
  }

  // MARK: The table of the basic plane, made at the first use

  private static let nothingCode: UInt32 = 1
  private static let ligatureBit: UInt32 = 1 << 30

  /// Below ``aloneBit`` and ``ligatureBit``: a letter's scalar value; 0 a gap, 1 nothing.
  private static let table: [UInt32] = (0..<0x1_0000).map { value in
    guard let scalar = Unicode.Scalar(UInt32(value)) else { return nothingCode }
    switch classify(scalar) {
    case .letter(let letter): return letter
    case .letters: return ligatureBit | scalar.value
    case .alone(let letter): return letter
    case .nothing: return nothingCode
    case .gap, .lineBreak: return 0
    }
  }

  private static func unpack(_ code: UInt32) -> Folded {
    if code & aloneBit != 0 { return .alone(code) }
    if code & ligatureBit != 0 { return .letters(ligatures[code & ~ligatureBit] ?? []) }
    if code == nothingCode { return .nothing }
    return code == 0 ? .gap : .letter(code)
  }

  private static func classify(_ scalar: Unicode.Scalar) -> Folded {
    if ligatures[scalar.value] != nil { return .letters([]) }
    if (0x1F1E6...0x1F1FF).contains(scalar.value) {
      return .letter(scalar.value - 0x1F1E6 + 0x61)
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .surrogate: return .nothing
    case .decimalNumber, .otherNumber:
      guard let value = properties.numericValue, value >= 0, value <= 9, value == value.rounded()
      else { return .alone(scalar.value | aloneBit) }
      return .letter(0x30 + UInt32(value))
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      return latin(scalar).map { .letter($0) } ?? .alone(scalar.value | aloneBit)
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .connectorPunctuation,
      .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return .gap
    default: break
    }
    if properties.isDefaultIgnorableCodePoint { return .nothing }
    if let letter = latin(scalar) { return .letter(letter) }
    let lower = properties.lowercaseMapping.unicodeScalars.first?.value ?? scalar.value
    let letter = lookAlikes[lower] ?? lower
    return isWrittenWithoutSpaces(scalar) ? .alone(letter | aloneBit) : .letter(letter)
  }

  // MARK: Letters

  /// The letter that a scalar's name ends in: `FULLWIDTH LATIN SMALL LETTER A`,
  /// `LATIN SMALL LETTER E WITH ACUTE`, `MATHEMATICAL BOLD CAPITAL S`.
  private static func latin(_ scalar: Unicode.Scalar) -> UInt32? {
    let isNamed = namedRanges.contains { $0.contains(scalar.value) }
    guard isNamed, let name = scalar.properties.name else { return nil }
    let isFont = (0x1D400...0x1D7FF).contains(scalar.value) || scalar.value >> 8 == 0x21
    guard isFont || name.contains("LATIN") else { return nil }
    let last = name.split(separator: " ").prefix { $0 != "WITH" }.last
    guard let last, last.utf8.count == 1, let byte = last.utf8.first,
      (0x41...0x5A).contains(byte)
    else { return nil }
    return UInt32(byte | 0x20)
  }

  private static let namedRanges: [ClosedRange<UInt32>] = [
    0xAA...0x2B8, 0x1D00...0x1DBF, 0x1E00...0x1EFF, 0x2071...0x209C, 0x2100...0x214F,
    0x249C...0x24E9, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xAB30...0xAB6F, 0xFF21...0xFF5A,
    0x1D400...0x1D7FF, 0x1F110...0x1F189,
  ]

  private static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x312F, 0x31F0...0x31FF,
      0xFF66...0xFF9D:
      true
    default: scalar.properties.isIdeographic
    }
  }

  /// A precomposed syllable as its parts, so that both ways to write it are one.
  private static func jamo(_ value: UInt32) -> [UInt32] {
    let index = value - 0xAC00
    let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28]
    return index % 28 == 0 ? Array(parts.dropLast()) : parts
  }

  private static let ligatures: [UInt32: [UInt32]] = {
    let pairs: [(String, String)] = [
      ("ßẞ", "ss"), ("æÆ", "ae"), ("œŒ", "oe"), ("ĳĲ", "ij"), ("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"),
      ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅﬆ", "st"), ("ǆǅǄ", "dz"), ("ǉǈǇ", "lj"), ("ǌǋǊ", "nj"),
    ]
    var table: [UInt32: [UInt32]] = [:]
    for (scalars, letters) in pairs {
      for scalar in scalars.unicodeScalars {
        table[scalar.value] = letters.unicodeScalars.map(\.value)
      }
    }
    return table
  }()

  /// Lower-case letters that look like others, or that are one with a mark.
  private static let lookAlikes: [UInt32: UInt32] = {
    let rows: [(String, String)] = [
      ("авекмнорстухіїјѕԁһԛԝёѐўӏ", "abekmhopctyxiijsdhqweeyi"), ("йѝ", "ии"),
      ("αβεζικμνορτυχϲϳ", "abezikmvoptyxcj"), ("օսհոց", "ouhng"),
      ("آأإؤئ", "اااوي"),
      ("がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔ", "かきくけこさしすせそたちつてとはひふへほはひふへほう"),
      ("ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ", "カキクケコサシスセソタチツテトハヒフヘホハヒフヘホウ"),
    ]
    var table: [UInt32: UInt32] = [:]
    for (letters, others) in rows {
      let pairs = zip(letters.unicodeScalars, others.unicodeScalars)
      for (letter, other) in pairs { table[letter.value] = other.value }
    }
    return table
  }()
}
