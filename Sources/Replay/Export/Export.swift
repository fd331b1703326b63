internal import Chat
internal import Glibc
internal import LogStore
internal import Projector

/// Makes an export: two passes over the log, a file, and its data card.
package struct Export {
  private let plan: ExportPlan

  package init(_ plan: ExportPlan) { self.plan = plan }

  /// What was made, in one line.
  @discardableResult
  package func run() throws(Complaint) -> String {
    if !plan.overwrites {
      for path in [plan.out, plan.cardPath] where access(path, F_OK) == 0 {
        throw ExportFile.exists(path)
      }
    }
    let rebuild = try Rebuild(data: plan.data)
    let offsets = try plan.offsets(in: rebuild.reader)
    let masks =
      plan.includesHidden && plan.format != .messages  // there they are told apart
      ? HiddenMasks(nothingUpTo: rebuild.reader.state.next)
      : try HiddenMasks(of: rebuild.reader, from: rebuild.newestCheckpoint)
    let before = try rebuild.projection(at: offsets.lowerBound - 1)
    let file = try ExportFile(plan.out)
    do throws(Complaint) {
      let disguise = Disguise(plan.pseudonyms(), timing: plan.timing)
      let writer = writer(to: file, disguise, masks)
      var run = ExportRun(
        plan, rebuild.reader, offsets: offsets, from: before, masks: masks, disguise: disguise,
        to: writer)
      try pass(&run, file)
      return try finish(run, writer, file)
    } catch {
      file.abandon()
      throw error
    }
  }

  private func writer(
    to file: ExportFile, _ disguise: Disguise, _ masks: HiddenMasks
  ) -> any ExportWriter {
    switch plan.format {
    case .jsonl: EventLines(file, disguise)
    case .messages: MessageLines(file, disguise, masks)
    case .csv: KeystrokeCSV(file)
    case .parquet: KeystrokeParquet(file)
    }
  }

  private func pass(_ run: inout ExportRun, _ file: ExportFile) throws(Complaint) {
    var bar = ProgressBar("exporting")
    let (first, total) = (run.offsets.lowerBound, Int64(run.offsets.count))
    let goesOn = { (offset: Int64) -> Bool in
      bar.show(offset - first, of: total)
      return !Interruption.isRequested && !file.hasFailed
    }
    let passed = Result { () throws(Complaint) in try run.pass(goesOn) }
    bar.clear()
    try passed.get()
    guard !Interruption.isRequested else {
      throw Complaint(
        .interrupted,
        "interrupted: no part of \(plan.out) was left; the same command begins again")
    }
  }

  private func finish(
    _ run: ExportRun, _ writer: any ExportWriter, _ file: ExportFile
  ) throws(Complaint) -> String {
    writer.finish(notes: ExportCard.notes(plan, run))
    let written = try file.finish()
    let card = ExportCard(plan: plan, run: run, rows: writer.rows, file: written)
    let beside = try ExportFile(plan.cardPath)
    do throws(Complaint) {
      card.json.withUnsafeBytes { beside.append($0) }
      _ = try beside.finish()
      // The card first, so that no file stands without its card.
      try beside.commit(overwriting: plan.overwrites)
    } catch {
      beside.abandon()
      throw error
    }
    do throws(Complaint) { try file.commit(overwriting: plan.overwrites) } catch {
      if !plan.overwrites { unlink(plan.cardPath) }
      throw error
    }
    return "\(plan.out): \(writer.rows) rows, \(written.bytes) bytes; about it: \(plan.cardPath)"
  }
}
