/// The columns of `csv` and `parquet`, in order, as the data card explains them.
struct KeystrokeColumn {
  let name: String
  let type: String
  var isOptional = false
  let meaning: String

  static let all = [
    KeystrokeColumn(
      name: "participant", type: "string", meaning: "who typed: p and 12 characters of a-z, 2-7"),
    KeystrokeColumn(
      name: "session", type: "string",
      meaning: "which tab of theirs: 5 characters, unique within the participant"),
    KeystrokeColumn(
      name: "message", type: "integer",
      meaning:
        "the number of the draft in its session, from 1; the message it became, if it was sent, has"
        + " the same in an export of messages"),
    KeystrokeColumn(
      name: "time", type: "timestamp", isOptional: true,
      meaning: "when the server took it: ms since 1970-01-01 UTC, never falling"),
    KeystrokeColumn(
      name: "client_time", type: "integer", isOptional: true,
      meaning: "ms since the session began, by the client's clock; data, not evidence"),
    KeystrokeColumn(
      name: "kind", type: "string",
      meaning: "type, delete, paste, cut, compose, undo or other, as the client says"),
    KeystrokeColumn(
      name: "position", type: "integer",
      meaning: "where in the draft, in Unicode scalars from its start"),
    KeystrokeColumn(
      name: "deleted", type: "integer", meaning: "Unicode scalars deleted from there on"),
    KeystrokeColumn(
      name: "inserted", type: "string", meaning: "text put there, up to 4,000 Unicode scalars"),
    KeystrokeColumn(
      name: "length", type: "integer", meaning: "Unicode scalars in the draft afterwards"),
    KeystrokeColumn(
      name: "offset", type: "integer", meaning: "the event's offset in the log: its identity"),
    KeystrokeColumn(name: "room", type: "string", meaning: "where it was typed"),
  ]
}
