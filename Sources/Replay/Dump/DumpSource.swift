internal import LogStore

/// What `dump` was pointed at: one file, or the segment files of a directory in their order.
package struct DumpSource {
  package struct File {
    package let path: String
    /// Bytes to look at, if not all: what a running server has marked as safe.
    package let limit: Int64?
  }

  package let files: [File]

  /// - Parameter path: a segment file, a data directory, or a directory with segment files.
  package init(_ path: String) throws(Complaint) {
    let storage = POSIXStorage()
    if let names = try? storage.names(in: path) {
      if let audit = try? LogAudit.open(path, committedEnd: { AdminLine.committedEnd(of: path) }),
        audit.damage == nil
      {
        files = audit.files.map { File(path: $0.path, limit: audit.inUse ? $0.bytes : nil) }
        return
      }
      // Damaged, or no data directory: what lies there.
      let inner = "\(path)/log/chat-0"
      let segments = (try? storage.names(in: inner)).map { (inner, $0) } ?? (path, names)
      files = segments.1.filter { $0.hasSuffix(".log") }.sorted()
        .map { File(path: "\(segments.0)/\($0)", limit: nil) }
      if files.isEmpty { throw Complaint(.refused, "there is no segment file in \(path)") }
    } else {
      do { _ = try storage.open(path, .read) } catch { throw Complaint(error) }
      files = [File(path: path, limit: nil)]
    }
  }
}
