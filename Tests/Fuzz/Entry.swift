/// What libFuzzer calls: the first byte chooses who gets the rest.
///
/// Built together with the sources of LogStore as one module, with the address sanitizer; see
/// `dev/fuzz`. Nothing here may trap, read or write outside its memory, take more than a second, or
/// break what its target says must hold.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 0 else { return 0 }
  let rest = [UInt8](UnsafeBufferPointer(start: start + 1, count: count - 1))
  switch start.pointee % 8 {
  case 0: FuzzedBatch.run(rest, mended: false)
  case 1, 2: FuzzedBatch.run(rest, mended: true)
  case 3: FuzzedFrame.run(rest)
  case 4: FuzzedText.run(rest)
  case 5: FuzzedRooms.run(rest)
  default: FuzzedDirectory.run(rest)
  }
  return 0
}

/// Ends the run with a reason, which libFuzzer reports with the input.
func require(_ holds: Bool, _ what: String) {
  if !holds { fatalError(what) }
}
