package import LogStore

extension CheckpointDirectory {
  /// One file as it was found.
  package struct Found: Sendable {
    /// The last part of its path.
    package let name: String
    /// `nil`: the file is not what a checkpoint must be.
    package let checkpoint: Checkpoint?
  }

  /// Removes, durably, those that have folded the record at `first` or one behind it.
  package func remove(after first: Int64) throws(StorageError) {
    let names: [String]
    do { names = try self.names() } catch {
      if error.isAbsence { return }
      throw error
    }
    try remove(names.filter { next(of: $0).map { $0 > first } ?? true })
  }

  /// Every checkpoint there is, also one that no opening would take; the oldest first.
  package func all() -> [Found] {
    ((try? names()) ?? []).map { Found(name: $0, checkpoint: read($0)) }
  }
}
