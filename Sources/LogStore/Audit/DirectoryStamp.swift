/// What changes in a data directory whenever there is more to read without the lock.
///
/// Cheap to take, so that followers open the log anew only when it pays.
package struct DirectoryStamp: Equatable, Sendable {
  private let recoveryPoint: [UInt8]
  private let inUse: Bool
  private let committedEnd: Int64?

  /// Of the directory as it is now; one that cannot be read has a stamp too.
  ///
  /// - Parameter committedEnd: as whoever writes it says.
  package init(data path: String, committedEnd: () -> Int64? = { nil }) {
    let layout = Layout(data: path)
    let storage = POSIXStorage()
    inUse = storage.isLocked(layout.lock)
    self.committedEnd = inUse ? committedEnd() : nil
    let limit = RecoveryPoint.bytesMax
    recoveryPoint = (try? storage.contents(layout.recoveryPoint, limit: limit)) ?? []
  }
}
