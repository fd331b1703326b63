import NIOCore
import NIOHTTP1
import Rooms

extension WebConnection {
  /// Bytes of a socket that are read at a time: what may come on top of a budget before reading
  /// stops, with four reads a turn.
  private static let socketReadBytes = 4 * 1024

  /// Takes a place for a socket or stream; nil: refused, and the client was told.
  ///
  /// `.some(nil)`: nobody counts.
  func enter(_ request: HTTPRequestHead, opensRoom: Bool) -> AddressPlace?? {
    guard let context else { return nil }
    let result = loop.gateway.doors.enter(
      from: NetworkAddress(context.channel.remoteAddress), request.headers, opensRoom: opensRoom)
    switch result {
    case .success(let place): return .some(place)
    case .failure(let refusal):
      write(refusal.answer, to: request)
      return nil
    }
  }

  /// What stands for the address of who asks.
  func address(of request: HTTPRequestHead) -> AddressKey {
    let peer = context.flatMap { NetworkAddress($0.channel.remoteAddress) }
    return loop.gateway.doors.key(of: peer, request.headers)
  }

  /// Reads a socket in small pieces, so that a pause comes soon after it is due.
  func readLittle() {
    guard loop.gateway.admission.options.budgets != nil, let context else { return }
    let allocator = AdaptiveRecvByteBufferAllocator(
      minimum: 1_024, initial: 2_048, maximum: Self.socketReadBytes)
    try? context.channel.syncOptions?.setOption(.recvAllocator, value: allocator)
  }
}
