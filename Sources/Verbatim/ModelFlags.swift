internal import ArgumentParser

/// The flags of `serve` about models: who is asked, in which order, and how patiently.
///
/// There is none for a key itself: what stands in a command line, everybody on the machine can see.
struct ModelFlags: ParsableArguments {
  @Option(help: "Base URL of the model's API, script: or none (default: none).")
  var modelURL: String?
  @Option(help: "Name of the model.") var model: String?
  @Option(help: "File that holds the API key; else VERBATIM_MODEL_KEY.") var modelKeyFile: String?
  @Option(help: "Base URL of the model asked when those before it fail; may be given again.")
  var fallbackURL: [String] = []
  @Option(help: "Name of that model; - for a script.") var fallbackModel: [String] = []
  @Option(help: "File that holds its API key; - for none; else VERBATIM_FALLBACK_KEY.")
  var fallbackKeyFile: [String] = []
  @Option(help: "Longest wait for a connection to a model's server (default: 5s).")
  var modelConnectTimeout: String?
  @Option(help: "Longest wait for a model's first word (default: 60s).")
  var modelFirstTokenTimeout: String?
  @Option(help: "Longest silence of a model in mid-reply (default: 30s).")
  var modelIdleTimeout: String?
}
