/// Where everything lies under a data directory.
///
///     DATA/lock                                   flock, held for life
///     DATA/ballast                                space that is let go when there is none left
///     DATA/log/meta.json                          format version, epochs, sealed segments
///     DATA/log/recovery-point                     up to where the disk is known to hold everything
///     DATA/log/chat-0/00000000000000000000.log    batches; the name is the first offset
///     DATA/log/chat-0/00000000000000000000.index      offset -> position, a hint
///     DATA/log/chat-0/00000000000000000000.timeindex  time -> offset, a hint
///     DATA/log/chat-0/00000000000000000000.rooms      key -> batches, a cache (sealed segments)
///     DATA/log/chat-0/00000000000000000000.log.rewritten  a smaller file of the same records
///     DATA/log/chat-0/next.prepared               the next segment before it has a name
struct Layout: Sendable {
  let data: String

  var log: String { "\(data)/log" }
  var segments: String { "\(data)/log/chat-0" }
  var lock: String { "\(data)/lock" }
  var ballast: String { "\(data)/ballast" }
  var meta: String { "\(log)/meta.json" }
  var recoveryPoint: String { "\(log)/recovery-point" }
  /// What a repair will put in place; the second one, written last, says that all is ready.
  var metaRepaired: String { meta + ".repaired" }
  var recoveryPointRepaired: String { recoveryPoint + ".repaired" }
  var prepared: String { "\(segments)/next.prepared" }

  func segment(_ base: Int64) -> String { "\(segments)/\(Self.name(base)).log" }
  func index(_ base: Int64) -> String { "\(segments)/\(Self.name(base)).index" }
  func timeIndex(_ base: Int64) -> String { "\(segments)/\(Self.name(base)).timeindex" }

  func rooms(_ base: Int64) -> String { "\(segments)/\(Self.name(base)).rooms" }
  func rewritten(_ base: Int64) -> String { segment(base) + Self.rewrittenSuffix }

  /// Every file a segment may have.
  func files(ofSegment base: Int64) -> [String] {
    [rooms(base), index(base), timeIndex(base), rewritten(base), segment(base)]
  }

  static let rewrittenSuffix = ".rewritten"

  /// Twenty digits, as Kafka names its files.
  static let digits = 20

  static func name(_ base: Int64) -> String {
    let text = String(base)
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// The base offset in the name of a `.log` file; `nil` for every other file.
  static func base(ofFile name: String) -> Int64? {
    guard name.utf8.count == digits + 4, name.hasSuffix(".log") else { return nil }
    let number = name.dropLast(4)
    guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(number)
  }

  /// The last part of a path.
  static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
