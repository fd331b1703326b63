import NIOCore

/// What stands in an answer for one partition, before its batches.
struct FetchedPartition {
  let index: Int32
  var error: ErrorCode
  /// The committed end: nothing at or behind it is ever handed out.
  let highWatermark: Int64
  let start: Int64
}

/// Fetch v4 to v11.
///
///     INT32 throttle | INT16 error, INT32 session (v7)
///     ARRAY of topics (STRING name, ARRAY of (INT32 index, INT16 error, INT64 high watermark,
///       INT64 last stable offset, INT64 log start (v5), ARRAY of aborted transactions (none),
///       INT32 preferred replica (v11), BYTES batches))
extension FetchRequest {
  func writeHead(_ buffer: inout ByteBuffer, error: ErrorCode) {
    buffer.writeNoThrottle()
    guard version >= 7 else { return }
    buffer.write(error)
    buffer.writeInteger(Int32(0))
  }

  /// - Parameter batches: writes them; they are what the length in front counts.
  func write(
    _ partition: FetchedPartition, to buffer: inout ByteBuffer,
    batches: (inout ByteBuffer) -> ErrorCode
  ) {
    buffer.writeInteger(partition.index)
    let errorAt = buffer.writerIndex
    buffer.write(partition.error)
    buffer.writeInteger(partition.highWatermark)
    buffer.writeInteger(partition.highWatermark)
    if version >= 5 { buffer.writeInteger(partition.start) }
    buffer.writeInteger(Int32(0))
    if version >= 11 { buffer.writeInteger(Int32(-1)) }
    let lengthAt = buffer.writerIndex
    buffer.writeInteger(Int32(0))
    let error = batches(&buffer)
    let length = buffer.writerIndex - lengthAt - MemoryLayout<Int32>.size
    buffer.setInteger(Int32(length), at: lengthAt)
    if error != .none { buffer.setInteger(error.rawValue, at: errorAt) }
  }
}
