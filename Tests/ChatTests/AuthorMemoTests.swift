import TestSupport
import Testing

@testable import Chat

@Suite struct `Authors met before` {
  /// A few people, whose events are also cut and changed at a byte.
  @Test(arguments: [11, 12, 13])
  func `are read as if they were new`(_ seed: UInt64) {
    var random = SplitMix(seed: seed)
    // More than the memo has places, so that some are put out by others; one of all zeros.
    let people = (0..<80).map { index in
      (
        by: ParticipantID(person: index == 0 ? 0 : random.next()),
        session: SessionID(bits: index == 0 ? 0 : UInt32(truncatingIfNeeded: random.next()))
      )
    }
    var memo = AuthorMemo()
    for turn in 0..<20_000 {
      let person = people[Int.random(in: 0..<(turn % 3 == 0 ? 80 : 6), using: &random)]
      let author = Author(by: person.by, session: person.session, seq: Int64(turn + 1))
      let edit = Edit(at: turn % 90, del: turn % 5 == 0 ? 1 : 0, ins: "x", kind: .type)
      var bytes = Event.draftEdited(author, draft: 3, edit).canonicalJSON
      switch turn % 4 {
      case 0:
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1 where turn % 8 == 1:
        bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      default: break
      }
      bytes.withUnsafeBytes { raw in
        let (alone, among) = (EditView(raw), EditView(raw, memo: &memo))
        #expect((alone == nil) == (among == nil), "seed \(seed), turn \(turn)")
        guard let alone, let among else { return }
        #expect(alone.author == among.author, "seed \(seed), turn \(turn)")
        #expect(alone.draft == among.draft && alone.at == among.at && alone.del == among.del)
        #expect(alone.ins.elementsEqual(among.ins) && alone.kind.elementsEqual(among.kind))
      }
    }
  }
}
