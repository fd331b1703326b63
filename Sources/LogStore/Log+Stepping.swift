extension Log {
  /// Opens a log without a thread: its writer works only in `step`, on the caller's thread, so that
  /// a simulation decides when.
  ///
  /// As `open` in all else; `random` names the epochs.
  package static func openStepped(
    _ path: String, options: LogOptions, storage: any Storage, time: any TimeSource,
    random: any RandomNumberGenerator & Sendable
  ) throws(OpenError) -> Log {
    let opener = Opener(
      storage: storage, layout: Layout(data: path), options: options, time: time, random: random)
    return try open(opener, hasThread: false)
  }
}
