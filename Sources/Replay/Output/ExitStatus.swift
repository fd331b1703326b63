/// What a command's exit code says.
package enum ExitStatus: Int32, Sendable {
  case ok = 0
  /// A difference, or damage.
  case difference = 1
  case usage = 2
  case unreachable = 3
  /// A port or directory taken, unwritable, missing, or of another version.
  case refused = 4
  case interrupted = 130
}

/// Why a command did not do what it was asked, in one line that says what to do.
package struct Complaint: Error, Equatable, Sendable, CustomStringConvertible {
  package let status: ExitStatus
  package let description: String

  package init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }
}
