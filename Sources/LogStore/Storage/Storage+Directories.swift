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

  private static func parent(of path: String) -> String? {
    let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return nil }
    let parent = trimmed[..<slash]
    return parent.isEmpty ? "/" : String(parent)
  }
}
