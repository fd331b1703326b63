internal import Glibc
package import LogStore

extension Complaint {
  /// Why the log in `data` was not opened for reading.
  package init(_ error: OpenError, data: String) {
    switch error {
    case .locked(let path):
      self.init(.refused, "\(path) is in use by another process: stop it first")
    case .unwritable(let path, let code), .io(let code, let path):
      self.init(.refused, "cannot read \(path): \(String(cString: strerror(code)))")
    case .otherVersion(let file, let found, let supported):
      self.init(
        .refused,
        "\(data)/log/\(file) has format version \(found), this release reads \(supported):"
          + " use the release that wrote it")
    case .missing:
      self.init(.refused, "there is no log in \(data): name a server's directory with --data")
    case .damaged(let file, let position, let what):
      self.init(
        .difference,
        "\(file) is damaged at byte \(position): \(what);"
          + " 'verbatim verify --data \(data)' says more"
      )
    case .clockBehind(let milliseconds):
      self.init(.refused, "the clock is \(milliseconds) ms behind the log: set it")
    }
  }

  /// Why records could not be read.
  package init(_ error: ReadError) {
    switch error {
    case .outOfRange(let requested, let start, let next):
      self.init(.usage, "offset \(requested) is not in the log, which has \(start) to \(next - 1)")
    case .damaged(let file, let position, let offset, let what):
      self.init(.difference, "\(file) is damaged at byte \(position), offset \(offset): \(what)")
    case .io(let code, let file):
      self.init(.refused, "cannot read \(file): \(String(cString: strerror(code)))")
    }
  }

  package init(_ error: StorageError) {
    self.init(.refused, "cannot \(error)")
  }
}
