internal import ArgumentParser
internal import Replay

/// `verbatim serve`: every flag of the server, resolved once.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the server; prints its address when it is ready.",
    discussion: """
      Every setting may also be given as VERBATIM_NAME in the environment or as name = value in \
      a file (--config); flags win over the environment, the environment over the file. SIGTERM \
      says goodbye to everybody, syncs and ends with exit code 0.

      EXAMPLES
        verbatim serve                                       a room without a model
        verbatim serve --model-url script:                   with a scripted one
        verbatim serve --model-url http://127.0.0.1:8081/v1 --model SmolLM2
        verbatim serve --model-url https://api.openai.com/v1 --model gpt-4o \\
          --model-key-file key --fallback-url http://127.0.0.1:8081/v1 --fallback-model SmolLM2

      A key comes from a file, or from VERBATIM_MODEL_KEY and VERBATIM_FALLBACK_KEY; for \
      https://api.openai.com from OPENAI_API_KEY, too.
      """)

  @Option(help: "Data directory (default: data/run).") var data: String?
  @Option(help: "HOST:PORT to listen on (default: 127.0.0.1:8080).") var listen: String?
  @Option(help: "commit, interval:MILLISECONDS or os (default: commit).") var durability: String?
  @OptionGroup var models: ModelFlags
  @Option(help: "Replies a minute, a day, and a day in one room, or off (default: 20,500,200).")
  var replies: String?
  @Option(help: "off lifts budgets per session and address, never sizes.") var limits: String?
  @Option(help: "File with the only rooms there are, one a line.") var rooms: String?
  @Option(help: "File with words that are not taken, one a line; read again at SIGHUP.")
  var filter: String?
  @Option(help: "Origin that may open sockets beside the server's own.") var origin: [String] = []
  @Option(help: "Network of a proxy in front, as ADDRESS/BITS.") var behindProxy: [String] = []
  @Flag(help: "Listen beyond the loopback without a proxy that does TLS.") var plaintext = false
  @Option(help: "HOST:PORT, or a PORT of the loopback, for Kafka's clients to read at.")
  var kafka: String?
  @Option(help: "exact: times to the millisecond; keystroke rhythm identifies people.")
  var publicTiming: String?
  @Option(help: "Bytes set aside for a full disk; none (default: 64M, at most 1 % of the disk).")
  var ballast: String?
  @Option(help: "Bytes after which a segment is sealed: 64K to 1G (default: 64M).")
  var segmentBytes: String?
  @Option(help: "Let the oldest events go as long as so many bytes of log are left: 20G.")
  var retainBytes: String?
  @Option(help: "Let events go when they are this old: 30d, 12h.") var retainAge: String?
  @Flag(help: "Begin a new epoch: a backup was restored.") var newEpoch = false
  @Flag(help: "Start although the clock is a day behind the last record.") var acceptClock = false
  @Flag(help: "End with code 1 when the log is poisoned, for a supervisor.") var exitOnPoison =
    false
  @Option(help: "Event loops (default: one a core).") var loops: Int?
  @Option(help: "File with settings, one name = value a line.") var config: String?

  func run() throws {
    let options = try ServeOptions(self)
    throw ExitCode(try Server.run(options))
  }
}
