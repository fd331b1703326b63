extension CheckpointDirectory {
  /// One file as it was found.
  package struct Found: Sendable {
    /// The last part of its path.
    package let name: String
    /// `nil`: the file is not what a checkpoint must be.
    package let checkpoint: Checkpoint?
  }

  /// Every checkpoint there is, also one that no opening would take; the oldest first.
  package func all() -> [Found] {
    ((try? names()) ?? []).map { Found(name: $0, checkpoint: read($0)) }
  }
}
