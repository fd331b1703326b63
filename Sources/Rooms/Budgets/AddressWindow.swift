/// How often each address did something within a span of time, so many times at most.
///
/// Pure: moments in, decisions out, in milliseconds of one clock. Memory is bounded: past
/// ``addressesMost`` those who did nothing for longest are forgotten.
struct AddressWindow {
  /// Addresses kept: some megabytes, with `most` moments of eight bytes each.
  static let addressesMost = 16_384

  let most: Int
  let span: Int64
  /// Moments, oldest first, at most `most`.
  private var moments: [AddressKey: [Int64]] = [:]

  init(most: Int, span: Int64) {
    self.most = most
    self.span = span
  }

  var count: Int { moments.count }

  /// Milliseconds until this address may do it again; nil: it may now.
  func wait(_ address: AddressKey, at now: Int64) -> Int64? {
    guard let known = moments[address] else { return nil }
    let recent = known.filter { $0 > now - span }
    guard recent.count >= most, let oldest = recent.first else { return nil }
    return oldest + span - now
  }

  /// It did it.
  mutating func note(_ address: AddressKey, at now: Int64) {
    if moments[address] == nil { makePlace(at: now) }
    var recent = moments[address, default: []].filter { $0 > now - span }
    recent.append(now)
    moments[address] = recent.suffix(most)
  }

  /// What was noted last is taken back: nothing came of it.
  mutating func forget(_ address: AddressKey) {
    _ = moments[address]?.popLast()
    if moments[address]?.isEmpty == true { moments[address] = nil }
  }

  private mutating func makePlace(at now: Int64) {
    guard moments.count >= Self.addressesMost else { return }
    moments = moments.filter { $0.value.last ?? .min > now - span }
    guard moments.count >= Self.addressesMost else { return }
    let idlest = moments.sorted { ($0.value.last ?? 0) < ($1.value.last ?? 0) }
    for (address, _) in idlest.prefix(Self.addressesMost / 4) { moments[address] = nil }
  }
}
