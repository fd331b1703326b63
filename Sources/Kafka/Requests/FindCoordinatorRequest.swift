/// FindCoordinator v0 and v1: who looks after a group; here always this broker.
///
///     request   STRING key | INT8 kind (v1): 0 a group, 1 a transaction
struct FindCoordinatorRequest: Equatable {
  let isGroup: Bool

  init(_ reader: inout WireReader, _ version: Int16) throws(WireFault) {
    _ = try reader.string()
    isGroup = version >= 1 ? try reader.integer(Int8.self) == 0 : true
  }
}
