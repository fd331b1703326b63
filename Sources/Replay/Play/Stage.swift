internal import Chat
internal import Projector

/// A room as it fits on a screen: the newest lines above, what is being typed below them.
struct Stage {
  private let width: Int
  private let height: Int

  init(width: Int, height: Int) {
    self.width = max(20, width)
    self.height = max(2, height)
  }

  /// As many lines as the screen has; the last one is the status.
  func lines(of room: RoomName, _ state: RoomState, status: String) -> [String] {
    let space = height - 1
    var lines = PlayScript(room: room, state: state).blocks(newest: space)
      .flatMap(fold)
      .suffix(space)
    while lines.count < space { lines.append("") }
    return lines + ["\u{1b}[7m" + cut(status) + "\u{1b}[0m"]
  }

  /// A line folded to the screen's width, what goes on under its text.
  private func fold(_ line: String) -> [String] {
    var folded: [String] = []
    var current = String.UnicodeScalarView()
    var column = 0
    for scalar in line.unicodeScalars {
      let columns = Self.columns(of: scalar)
      if column + columns > width, !current.isEmpty {
        folded.append(String(current))
        current = String.UnicodeScalarView(repeating: " ", count: PlayScript.column)
        column = PlayScript.column
      }
      current.append(scalar)
      column += columns
    }
    return folded + [String(current)]
  }

  private func cut(_ line: String) -> String {
    var left = width
    let kept = line.unicodeScalars.prefix { scalar in
      left -= Self.columns(of: scalar)
      return left >= 0
    }
    return String(String.UnicodeScalarView(kept))
      + String(repeating: " ", count: max(0, left))
  }

  /// Columns that most terminals give a character.
  private static func columns(of scalar: Unicode.Scalar) -> Int {
    guard scalar.value >= 0x300 else { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
