/// What libFuzzer calls with the bytes of one model's server; see `dev/fuzz-model`.
///
/// Built together with the stream decoder's sources as one module, with the address sanitizer.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 1 else { return 0 }
  FuzzedAnswer.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}
