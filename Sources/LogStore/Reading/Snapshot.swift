/// What readers see of the log at one moment: its state, and the batches that hold it.
final class Snapshot: Sendable {
  let state: LogState
  /// In order of their offsets; the last one may be the one being written.
  let spans: [SegmentSpan]
  /// Of the segment being written, in place of what `spans` says: changes with every commit.
  let activeNext: Int64
  let activeBytes: Int64

  init(state: LogState, spans: [SegmentSpan], activeNext: Int64, activeBytes: Int64) {
    self.state = state
    self.spans = spans
    self.activeNext = activeNext
    self.activeBytes = activeBytes
  }

  /// The span that holds `offset`, which is in `state.start..<state.next`; `nil` where one is lost.
  func span(containing offset: Int64) -> SegmentSpan? {
    var low = 0
    var high = spans.count
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].base <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let span = self.span(at: low - 1)
    return offset < span.next ? span : nil
  }

  func span(at index: Int) -> SegmentSpan {
    guard index == spans.count - 1 else { return spans[index] }
    return SegmentSpan(segment: spans[index].segment, next: activeNext, bytes: activeBytes)
  }

  func check(_ offset: Int64) throws(ReadError) {
    guard offset >= state.start, offset <= state.next else {
      throw .outOfRange(requested: offset, start: state.start, next: state.next)
    }
  }
}
