import Chat
import Projector
import Testing

@Suite struct RoomSurveyTests {
  /// A survey of a long room, and the room's states at some offsets as folded from zero.
  private static func survey(
    seed: UInt64, events: Int, looking at: Set<Int64>
  ) -> (survey: RoomSurvey, states: [Int64: RoomState]) {
    var scene = Scene(seed: seed)
    scene.play(events)
    var survey = RoomSurvey(from: RoomSurvey.Rung(next: 0, state: RoomState()))
    var (state, states) = (RoomState(), [Int64: RoomState]())
    for (offset, event) in scene.events.enumerated() {
      event.canonicalJSON.withUnsafeBytes { bytes in
        survey.apply(bytes, offset: Int64(offset), time: Int64(offset) * 10)
        state.apply(bytes, offset: Int64(offset), time: Int64(offset) * 10)
      }
      if at.contains(Int64(offset) + 1) { states[Int64(offset) + 1] = state }
    }
    return (survey, states)
  }

  @Test func `a rung is the state that a fold from zero has there`() throws {
    print("seed 71")
    let events = RoomSurvey.rungEventsLeast * 3 + 100
    let ends = (1...3).map { Int64(RoomSurvey.rungEventsLeast * $0) }
    let (survey, states) = Self.survey(seed: 71, events: events, looking: Set(ends))
    for end in ends {
      let rung = try #require(survey.rung(upTo: end + 7))
      #expect(rung.next == end)
      #expect(rung.state == states[end])
      #expect(rung.state.digest == states[end]?.digest)
    }
    #expect(survey.rung(upTo: Int64(events))?.next == Int64(events))
    #expect(survey.rung(upTo: 5)?.next == 0)
  }

  @Test func `rungs and blocks stay few however long the room`() {
    print("seed 72")
    var survey = RoomSurvey(from: RoomSurvey.Rung(next: 0, state: RoomState()))
    let edit = Event.draftEdited(
      Author(by: ParticipantID(person: 1), session: SessionID(bits: 1), seq: 1), draft: 1,
      Edit(at: 0, del: 0, ins: "", kind: .type))
    let events = Int64(RoomSurvey.rungEventsLeast * RoomSurvey.rungsMost * 2 + 5)
    edit.canonicalJSON.withUnsafeBytes { bytes in
      for offset in 0..<events { survey.apply(bytes, offset: offset, time: offset) }
    }
    #expect(survey.activity.blocks.count <= Activity.blocksMost)
    let keys = survey.activity.blocks.flatMap(\.shares).reduce(0) { $0 + $1.keys }
    #expect(keys == Int(events))
    let ends = Set((0...200).compactMap { survey.rung(upTo: $0 * events / 200)?.next })
    #expect(ends.count <= RoomSurvey.rungsMost + 1)
    #expect(ends.count > RoomSurvey.rungsMost / 3)
    // No gap between two of them is much longer than another.
    let gaps = zip(ends.sorted(), ends.sorted().dropFirst()).map { $1 - $0 }
    #expect((gaps.max() ?? 0) <= events / 8)
  }

  @Test func `activity counts each author's keys and messages, and the longest idle time`() {
    var activity = Activity()
    func note(_ event: Event, _ offset: Int64, _ time: Int64) {
      event.canonicalJSON.withUnsafeBytes { activity.note($0, offset: offset, time: time) }
    }
    let (ada, eve) = (ParticipantID(person: 1), ParticipantID(person: 2))
    func author(_ by: ParticipantID) -> Author {
      Author(by: by, session: SessionID(bits: 1), seq: 1)
    }
    for offset in 0..<10 as Range<Int64> {
      note(
        .draftEdited(
          author(offset < 6 ? ada : eve), draft: 1, Edit(at: 0, del: 0, ins: "a", kind: .type)),
        offset, 1_000 + offset)
    }
    note(.messageSent(author(eve), draft: 1, text: "aaaa"), 10, 91_009)
    let slices = activity.slices(1)
    #expect(slices.count == 1)
    #expect(activity.authors == [ada, eve])
    #expect(slices[0].shares.map(\.keys) == [6, 4])
    #expect(slices[0].shares.map(\.sent) == [0, 1])
    #expect(slices[0].idle == 90_000)
    #expect(slices[0].idleOffset == 10)
  }
}
