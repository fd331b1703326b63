/// What libFuzzer calls with what clients of Kafka's protocol send; see `dev/fuzz-kafka`.
///
/// Built together with the sources of the requests and the groups as one module, with the address
/// sanitizer.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 1 else { return 0 }
  FuzzedClients.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}
