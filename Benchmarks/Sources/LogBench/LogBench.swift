import Glibc
import LogStore

/// One measurement a run, printed as `name value` lines; `dev/bench-log` puts them side by side.
@main
struct LogBench {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let verb = arguments.first, arguments.count >= 2 else { return usage() }
    let rest = Array(arguments.dropFirst())
    func number(_ index: Int) -> Int { rest.count > index ? Int(rest[index]) ?? 0 : 0 }
    switch verb {
    case "append": try Appending.durable(rest[0], per: number(1), milliseconds: number(2))
    case "grow": try Appending.durable(rest[0], per: 1, milliseconds: number(1), zeros: false)
    case "cpu": try Appending.cost(rest[0], per: number(1), batches: number(2))
    case "fill": try Appending.fill(rest[0], records: number(1))
    case "read": try Reading.whole(rest[0])
    case "memory": try Reading.memory(rest[0], tails: number(1))
    case "corpus": try Corpus.write(rest[0], lines: rest[1])
    default: usage()
    }
  }

  static func usage() {
    print(
      """
      append DIR PER MS · grow DIR MS · cpu DIR PER BATCHES · fill DIR RECORDS
      read DIR · memory DIR TAILS · corpus DIR FILE
      """)
  }
}

/// Nanoseconds of a clock.
func nanoseconds(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

func report(_ name: String, _ value: Double) { print(name, value) }

/// The records of a room in which twenty people type: values of 80 bytes, made before the clock
/// starts.
struct Typing {
  static let valueBytes = 80
  private static let text = Array(
    "it is quite something to watch a sentence while it is still being made, words and all. ".utf8)
  private var state: UInt64 = 88_172_645_463_325_252
  private var sequence = 0

  private mutating func random(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  mutating func records(_ count: Int) -> [Record] {
    (0..<count).map { _ in
      let typist = random(5) > 0 ? random(4) : random(20)
      sequence += 1
      let letter = random(25) == 0 ? 0x2D : Self.text[(sequence / 3 + typist) % Self.text.count]
      var value = Array("{\"by\":\"p\(1_000_003 * (typist + 7) % 99_999_989)\",\"seq\":".utf8)
      value += Array("\(1_000_000 + sequence % 9_000_000),\"at\":\(10_000 + random(3_000))".utf8)
      value += Array(",\"del\":0,\"kind\":\"type\",\"ins\":\"".utf8)
      value.append(letter)
      value += Array("\"}".utf8)
      while value.count < Self.valueBytes { value.insert(0x20, at: value.count - 1) }
      return Record(key: Array("lobby".utf8), value: Array(value.prefix(Self.valueBytes)))
    }
  }
}
