internal import Chat
internal import LogStore
internal import Projector

/// One edit of a draft as a researcher gets it: names and times as they are to be shown.
struct Keystroke {
  var participant: ParticipantID
  var session: SessionID
  /// The number of the draft in its session; the message it becomes has the same.
  var message: Int64
  /// Milliseconds since 1970; nil: not to be told.
  var time: Int64?
  /// Milliseconds since the session began, by the client's clock; nil: unknown, or not to be told.
  var clientTime: Int64?
  var kind: EditKind
  /// Unicode scalars from the draft's start.
  var position: Int64
  /// Unicode scalars.
  var deleted: Int64
  /// UTF-8.
  var inserted: UnsafeRawBufferPointer
  /// Unicode scalars in the draft afterwards.
  var length: Int64
  var offset: Int64
  var room: RoomName
  /// Tells rooms apart within one export.
  var roomIndex: Int
}

/// Takes what an export finds, in the log's order, and writes it in one format.
protocol ExportWriter: AnyObject {
  /// Rows or lines written.
  var rows: Int64 { get }
  /// An edit whose words may be shown; `value` is what the log has, without escapes if `isPlain`.
  func write(_ keystroke: Keystroke, _ value: UnsafeRawBufferPointer, isPlain: Bool)
  /// Everything else: events that are no edits, what cannot be read (`event` is nil), and what is
  /// hidden.
  func write(_ event: Event?, _ record: RecordView, in room: RoomName?, isHidden: Bool)
  /// An item that has settled, and whether its words may be shown.
  func write(_ item: Item, in room: RoomName, isHidden: Bool, time: Int64?)
  /// What comes behind the last row.
  func finish(notes: [(name: String, value: String)])
}

extension ExportWriter {
  func write(_ keystroke: Keystroke, _ value: UnsafeRawBufferPointer, isPlain: Bool) {}
  func write(_ event: Event?, _ record: RecordView, in room: RoomName?, isHidden: Bool) {}
  func write(_ item: Item, in room: RoomName, isHidden: Bool, time: Int64?) {}
  func finish(notes: [(name: String, value: String)]) {}
}
