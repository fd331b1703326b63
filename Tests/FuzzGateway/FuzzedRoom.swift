import Chat
import LogStore
import Rooms

/// A few clients that say anything, and a server that goes and comes back: a script, a line a step.
///
///     0-3 BYTES    this client says so; $t is its token, $c its cursor, $q its next seq
///     o CLIENT n   opens a socket to the nth room instead of what it had
///     x CLIENT     its socket is gone
///     b CLIENT     its socket takes nothing, or again everything
///     p            the log rests, or writes again
///     t n          time passes
///     r, k         the server stops, or is killed, and starts anew
///
/// Holds: what clients are told is JSON in one chain without gap or repeat, acknowledgements name
/// what was said and come behind their events, the log holds canonical events, its fold is the live
/// state, and a message that reads as an edit reads the same with white space in it.
enum FuzzedRoom {
  private static let spans: [Int64] = [10, 900, 5_100, 19_000, 30_500, 41_000, 90_000, 3_600_000]
  private static let stepsMost = 200

  static func run(_ input: [UInt8]) {
    let server = FuzzedServer()
    for line in input.split(separator: UInt8(ascii: "\n")).prefix(stepsMost) {
      step(Array(line), server)
      server.turn()
    }
    server.finish()
  }

  private static func step(_ line: [UInt8], _ server: FuzzedServer) {
    let argument = line.count > 1 ? Int(line[1]) : 0
    switch line[0] {
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      server.say(Array(line[1...]), Int(line[0] & 3))
    case UInt8(ascii: "o"): server.open(argument & 3, room: line.count > 2 ? Int(line[2] & 1) : 0)
    case UInt8(ascii: "x"): server.drop(argument & 3)
    case UInt8(ascii: "b"): server.toggleBlocked(argument & 3)
    case UInt8(ascii: "p"): server.rests.toggle()
    case UInt8(ascii: "t"): server.pass(spans[argument & 7])
    case UInt8(ascii: "r"): server.restart(isKill: false)
    case UInt8(ascii: "k"): server.restart(isKill: true)
    default: break
    }
  }
}
