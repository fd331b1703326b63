/// What libFuzzer calls with the bytes of one WebSocket client; see `dev/fuzz-gateway`.
///
/// Built together with the frame parser's sources as one module, with the address sanitizer.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 1 else { return 0 }
  FuzzedFrames.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}
