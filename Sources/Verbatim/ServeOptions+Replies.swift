internal import ArgumentParser
internal import Companion
internal import Projector

extension ServeOptions {
  /// How many replies the model may begin: a minute, a day, and a day in one room.
  mutating func readReplies(_ command: ServeCommand, _ settings: Settings) throws {
    guard let text = settings.value("replies", flag: command.replies) else { return }
    if text == "off" {
      replies = ReplyBudget(perMinute: .max, perDay: .max, perRoomDay: .max)
      return
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 3, let minute = numbers[0], let day = numbers[1],
      let room = numbers[2], ReplyBudget.range.contains(minute),
      ReplyBudget.range.contains(day), ReplyBudget.roomRange.contains(room)
    else {
      throw ValidationError(
        "--replies \(text): expected MINUTE,DAY,ROOM as 20,500,200 (at most 10000,10000,1000), "
          + "or off")
    }
    replies = ReplyBudget(perMinute: minute, perDay: day, perRoomDay: room)
  }

  /// What the companion runs with.
  var companion: CompanionOptions {
    var options = CompanionOptions(providers: providers)
    options.timeouts = timeouts
    if let replies {
      options.repliesPerMinute = replies.perMinute
      options.repliesPerDay = replies.perDay
      options.repliesPerRoomDay = replies.perRoomDay
    }
    return options
  }
}

/// Replies begun within a minute, within a day, and within a day in one room.
struct ReplyBudget {
  let perMinute: Int
  let perDay: Int
  let perRoomDay: Int

  /// As many as are counted.
  static let range = 0...Budget.startsMost
  static let roomRange = 0...ReplyLedger.startsKept
}
