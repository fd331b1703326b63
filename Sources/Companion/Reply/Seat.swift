internal import Chat
internal import Projector

/// The companion's place in one room.
struct Seat {
  var conversation = Conversation()
  var outgoing = Outgoing()
  /// The reply under way.
  var course: ReplyCourse?
  /// The call that brings its words.
  var call: Int?
  /// Open replies nobody is at work on, whose end was proposed.
  var closing: Set<Int64> = []

  /// Whether nothing here needs a look before the next event.
  var isAtRest: Bool {
    course == nil && outgoing.isEmpty && conversation.waiting.isEmpty
      && conversation.openReplies.isEmpty
  }
}
