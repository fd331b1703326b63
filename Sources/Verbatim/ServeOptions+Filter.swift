internal import ArgumentParser
internal import Rooms

extension ServeOptions {
  /// The words that are not taken.
  mutating func readFilter(_ command: ServeCommand, _ settings: Settings) throws {
    filter = settings.value("filter", flag: command.filter)
    if let filter { rooms.filter = try Self.filter(filter) }
  }

  /// Reads a list of words; the error names file and line.
  static func filter(_ path: String) throws -> WordFilter {
    guard let text = Settings.read(path) else {
      throw ValidationError("--filter \(path): cannot be read")
    }
    guard text.utf8.count < WordFilter.fileBytes else {
      throw ValidationError("--filter \(path): more than \(WordFilter.fileBytes >> 20) MiB")
    }
    do throws(WordFilter.Fault) {
      return try WordFilter(text)
    } catch {
      switch error {
      case .tooManyWords(let line):
        throw ValidationError(
          "--filter \(path), line \(line): more than \(WordFilter.wordsMost) words")
      case .noWord(let line):
        throw ValidationError("--filter \(path), line \(line): no letter, digit or symbol")
      case .tooLong(let line): throw ValidationError("--filter \(path), line \(line): too long")
      }
    }
  }
}
