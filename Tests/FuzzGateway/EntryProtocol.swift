/// What libFuzzer calls with what a few clients of one server do; see `dev/fuzz-gateway`.
///
/// Everything from the message's bytes to the log and back, with the address sanitizer.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 0 else { return 0 }
  FuzzedRoom.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}
