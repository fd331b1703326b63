import Chat
import TestSupport
import Testing

@Suite struct DraftTextTests {
  @Test(arguments: [11, 12, 13, 14])
  func `random edits give what an array of scalars gives`(_ seed: UInt64) {
    var random = SplitMix(seed: seed)
    var draft = DraftText()
    var model: [Unicode.Scalar] = []
    for step in 0..<4_000 {
      let at = Int.random(in: 0...model.count, using: &random)
      let del = Int.random(in: 0...min(3, model.count - at), using: &random)
      let isASCII = step < 1_000
      let count = Int.random(in: 0..<4, using: &random)
      let ins =
        isASCII
        ? String(
          (0..<count).map { _ in
            Character(Unicode.Scalar(UInt8.random(in: 32..<127, using: &random)))
          })
        : awkwardText(count, using: &random)
      draft.replace(at: at, del: del, with: ins)
      model.replaceSubrange(at..<at + del, with: ins.unicodeScalars)
      if model.count > 300 {
        draft.replace(at: 0, del: model.count, with: "")
        model = []
      }
      #expect(draft.scalars == model.count, "seed \(seed) step \(step)")
      #expect(draft.string.unicodeScalars.elementsEqual(model), "seed \(seed) step \(step)")
    }
  }

  @Test(arguments: [(-1, 0), (0, -1), (4, 0), (3, 1), (0, 4), (Int.max, 1), (1, Int.max)])
  func `an edit outside the draft changes nothing`(_ at: Int, _ del: Int) {
    var draft = DraftText("añb")
    let isDone = draft.replace(at: at, del: del, with: "x")
    #expect(!isDone)
    #expect(draft.string == "añb")
  }
}
