internal import Gateway
internal import Glibc
internal import LogStore
internal import Replay

extension Complaint {
  /// Why the server does not start, on one line that says what to do.
  init(starting error: any Error) {
    switch error {
    case let error as Complaint: self = error
    case let error as StartError: self.init(.refused, error.description)
    case let error as OpenError: self.init(starting: error)
    case let error as ReadError:
      self.init(.difference, "the log cannot be read: \(error); see verbatim verify")
    default: self.init(.difference, "\(error)")
    }
  }

  private init(starting error: OpenError) {
    switch error {
    case .locked(let path):
      self.init(
        .refused,
        "\(path) is in use by another server: stop it, or choose another directory with --data")
    case .unwritable(let path, let errno), .io(let errno, let path):
      self.init(
        .refused,
        "\(path): \(String(cString: strerror(errno))): mend that, or choose another directory "
          + "with --data")
    case .otherVersion(let file, let found, let supported):
      self.init(
        .refused,
        "\(file) has format version \(found), this release reads \(supported): use the release "
          + "that wrote it")
    case .missing(let path): self.init(.refused, "there is no log in \(path)")
    case .damaged(let file, let position, let what):
      self.init(
        .difference, "\(file) is damaged at byte \(position): \(what); see verbatim verify")
    case .clockBehind(let milliseconds):
      self.init(
        .refused,
        "the clock is \(milliseconds / 3_600_000) hours behind the last record: set it, or say "
          + "--accept-clock")
    }
  }
}

extension OpeningReport {
  /// What opening the log found, in words; nothing when all was well.
  var lines: [String] {
    var lines: [String] = []
    if created { lines.append("a new log was begun") }
    if !clean { lines.append("the server was not closed last time; the log was recovered") }
    if cutBytes > 0 {
      lines.append(
        "\(cutBytes) bytes at the end of \(file) were never acknowledged and are cut off")
    }
    if newEpoch, !created { lines.append("a new epoch begins: clients start from a snapshot") }
    if durability != .commit {
      lines.append("durability is \(durability): a power cut takes back what was said last")
    }
    if let damage { lines.append("DAMAGED, read-only: \(damage); see verbatim verify") }
    return lines
  }
}
