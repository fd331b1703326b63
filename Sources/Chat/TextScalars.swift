extension StringProtocol {
  /// Length in Unicode scalars: the unit of every text limit.
  package var scalarCount: Int { unicodeScalars.count }
}

extension String {
  /// The first `count` Unicode scalars.
  package func scalarPrefix(_ count: Int) -> String {
    guard utf8.count > count, scalarCount > count else { return self }
    return String(unicodeScalars.prefix(count))
  }
}
