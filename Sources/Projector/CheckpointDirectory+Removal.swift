package import LogStore

extension CheckpointDirectory {
  /// Removes, durably, those that have folded the record at `first` or one behind it.
  package func remove(after first: Int64) throws(StorageError) {
    let names: [String]
    do { names = try self.names() } catch {
      if error.isAbsence { return }
      throw error
    }
    try remove(names.filter { next(of: $0).map { $0 > first } ?? true })
  }
}
