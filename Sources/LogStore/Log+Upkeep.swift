extension Log {
  /// Upkeep that its caller steps, for a log opened without: in tests and simulations.
  ///
  /// Without a thread of the log's own, changes are made by the writer on the caller's thread.
  package func steppedUpkeep(_ options: LogOptions) -> SteppedUpkeep {
    let owner: any SegmentOwner = stepped ?? queue
    return SteppedUpkeep(Upkeep(opener, options, published, owner: owner))
  }
}

/// Background work that is done when somebody says so.
package struct SteppedUpkeep {
  private let upkeep: Upkeep

  init(_ upkeep: Upkeep) { self.upkeep = upkeep }

  /// Does one piece of work; `false`: there is none for now.
  package func step() -> Bool { upkeep.step() == .worked }

  /// Goes on until there is nothing to do for now.
  package func run() {
    while step() {}
  }
}
