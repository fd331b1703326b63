/// Looking at a directory that others may be writing, as readers without its lock do.
extension Surveyor {
  /// What lies at `path`, and whether somebody is writing it.
  ///
  /// - Parameter committedEnd: as ``LogReader/open(_:storage:committedEnd:)``.
  static func look(
    at path: String, _ storage: any Storage, committedEnd: @escaping () -> Int64?
  ) throws(OpenError) -> (survey: Survey, inUse: Bool) {
    let layout = Layout(data: path)
    let inUse = storage.isLocked(layout.lock)
    let survey: Survey?
    do {
      var surveyor = Surveyor(storage: storage, layout: layout, inUse: inUse)
      surveyor.committedEnd = committedEnd
      survey = try surveyor.survey()
    } catch {
      switch error {
      case .open(let refusal): throw refusal
      case .disk(let error): throw Opener.refusal(error)
      }
    }
    guard let survey else { throw .missing(path: path) }
    return (survey, inUse)
  }
}
