internal import Glibc

/// Writes all of it, however many calls that takes; returns the error that ended it, nil if none
/// did.
func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
  var done = 0
  while done < bytes.count, let base = bytes.baseAddress {
    let count = write(descriptor, base + done, bytes.count - done)
    if count >= 0 {
      done += count
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}
