import Chat
import LogStore
import NIOHTTP1
import Rooms

extension GatewayParts {
  /// 200 when people can write; 503 with the reasons when not.
  var readiness: Answer {
    let state = admission.log.state
    var reasons: [String] = []
    switch state.health {
    case .ok: break
    case .noSpace: reasons.append("no_space")
    case .poisoned(let by): reasons.append("poisoned: \(by)")
    case .damaged(let what): reasons.append("damaged: \(what)")
    case .readOnly(let why): reasons.append("read_only: \(why)")
    }
    let stalled = state.stalledMilliseconds
    if stalled > 0 { reasons.append("slow_disk: \(stalled) ms") }
    if isStopping.value { reasons.append("stopping") }
    let isReady = reasons.isEmpty
    // A clock that fell behind is worth a word; people can write all the same.
    if state.clockBehindMilliseconds > 0 {
      reasons.append("clock_behind: \(state.clockBehindMilliseconds) ms")
    }
    var json = JSONWriter()
    json.beginObject()
    json.field("ready", isReady)
    json.key("reasons")
    json.beginArray()
    for reason in reasons { json.value(reason) }
    json.endArray()
    json.endObject()
    return Answer(.json, json.bytes, status: isReady ? .ok : .serviceUnavailable)
  }

  /// `{"version","protocol","model"}`.
  var versionAnswer: Answer {
    var json = JSONWriter()
    json.beginObject()
    json.field("version", admission.options.version)
    json.field("protocol", SocketAdmittance.subprotocol)
    json.field("model", options.modelStatus())
    json.endObject()
    return Answer(.json, json.bytes)
  }

  var metrics: Answer {
    let (total, log, counts) = (counters.total, admission.log.state, admission.counts)
    var text = ""
    func metric(_ name: String, _ kind: Metric.Kind, _ help: String, _ value: Int64) {
      text += Metric(name, kind, help, value).text
    }
    metric(
      "sockets_open", .gauge, "WebSockets open now.",
      Int64(total.open))
    metric(
      "sockets_opened_total", .counter, "WebSockets opened since the start.",
      Int64(total.socketsOpened))
    metric(
      "socket_stalls_total", .counter, "Times a WebSocket's client had not read enough.",
      Int64(total.stalls))
    metric(
      "sockets_waiting_bytes", .gauge, "Bytes that wait for WebSockets' clients to read.",
      Int64(total.bytesWaiting))
    metric(
      "sockets_closed_slow_total", .counter, "WebSockets ended because they took nothing.",
      Int64(total.closedSlow))
    metric(
      "sockets_closed_silent_total", .counter, "WebSockets ended without a sign of life.",
      Int64(total.closedSilent))
    metric(
      "failed_reads_total", .counter, "Events and pages for WebSockets that cannot be read.",
      Int64(total.failedReads))
    metric("welcomes_total", .counter, "Greetings answered since the start.", counts.welcomes)
    metric(
      "resumes_total", .counter, "Of them, those that went on from a cursor.", counts.resumes)
    metric(
      "resets_total", .counter, "Of them, those whose cursor was not good.", counts.resets)
    metric(
      "snapshots_encoded_total", .counter, "Snapshots encoded; many are sent of each.",
      counts.snapshotsEncoded)
    metric(
      "event_streams_open", .gauge, "Server-sent event streams open now.",
      Int64(total.streamsOpened - total.streamsClosed))
    metric(
      "http_requests_total", .counter, "HTTP requests read whole since the start.",
      Int64(total.requests))
    metric(
      "messages_received_total", .counter, "Client messages since the start.",
      Int64(total.messagesReceived))
    metric(
      "sent_bytes_total", .counter, "Bytes of frames and bodies sent since the start.",
      Int64(total.bytesSent))
    metric(
      "events_committed_total", .counter, "Events committed since the start.",
      log.next - startOffset)
    metric(
      "filtered_total", .counter, "Edits and messages refused for a word since the start.",
      admission.filteredCount)
    metric(
      "door_refusals_total", .counter,
      "Connections, sockets, streams and rooms refused for their number since the start.",
      doors.refusalCount)
    metric(
      "budget_pauses_total", .counter,
      "Times a WebSocket was not read because its budget was used up.", Int64(total.pauses))
    metric("log_start_offset", .gauge, "First offset of the log.", log.start)
    metric("log_next_offset", .gauge, "Offset the next event gets.", log.next)
    metric("log_ok", .gauge, "1 while the log takes appends.", log.health == .ok ? 1 : 0)
    for metric in options.moreMetrics() { text += metric.text }
    return Answer(.metrics, Array(text.utf8))
  }
}
