/// A repair that was cut short is damage: only another one may go on.
extension Surveyor {
  static let halfRepaired = Survey.Damage(
    file: "recovery-point.repaired", position: 0, offset: 0,
    what: "a repair was cut short while it put things in place: repeat it")

  static var cutShort: SegmentDamage {
    SegmentDamage(
      file: halfRepaired.file, position: halfRepaired.position, offset: halfRepaired.offset,
      what: halfRepaired.what)
  }

  var isHalfRepaired: Bool {
    get throws(SurveyError) {
      do { _ = try storage.open(layout.recoveryPointRepaired, .read) } catch {
        if error.isAbsence { return false }
        throw .disk(error)
      }
      return true
    }
  }
}
