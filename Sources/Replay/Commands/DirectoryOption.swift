internal import ArgumentParser
package import Chat

/// `--data DIR`, the same for every command that reads a directory.
package struct DirectoryOption: ParsableArguments {
  @Option(name: .customLong("data"), help: "The server's data directory, or a copy of it.")
  package var path = "data/run"

  package init() {}
}

extension RoomName: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
