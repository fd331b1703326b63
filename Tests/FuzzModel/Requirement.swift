/// Ends the run with a reason, which libFuzzer reports with the input.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fatalError(what()) }
}
