extension Storage {
  /// Makes a directory and those above it that are missing, each durable in the one above.
  func makeDirectories(_ path: String) throws(StorageError) {
    let parent = Self.parent(of: path)
    do {
      guard try makeDirectory(path) else { return }
    } catch  where error.isAbsence {
      guard let parent else { throw error }
      try makeDirectories(parent)
      guard try makeDirectory(path) else { return }
    }
    try syncDirectory(parent ?? ".")
  }

  /// Makes the names of a directory and of all those above it durable.
  ///
  /// A process may have made them and ended before it had synced them. Those that may not even be
  /// opened were not made by us.
  func syncAncestors(of path: String) throws(StorageError) {
    var path = path
    while let parent = Self.parent(of: path) {
      do { try syncDirectory(parent) } catch {
        guard error.meaning == .unwritable else { throw error }
      }
      guard parent != "/" else { return }
      path = parent
    }
    if !path.hasPrefix("/") { try syncDirectory(".") }
  }

  private static func parent(of path: String) -> String? {
    let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return nil }
    let parent = trimmed[..<slash]
    return parent.isEmpty ? "/" : String(parent)
  }
}
