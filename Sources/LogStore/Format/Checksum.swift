internal import CCRC32C

/// CRC-32C of bytes; `after` is the checksum of those before them.
@inline(__always)
package func crc32c(_ bytes: UnsafeRawBufferPointer, after: UInt32 = 0) -> UInt32 {
  verbatim_crc32c(after, bytes.baseAddress, bytes.count)
}

/// The same as a machine without the instructions computes it, so that a test can compare.
func crc32cByTable(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  verbatim_crc32c_by_table(0, bytes.baseAddress, bytes.count)
}
