import NIOCore

/// Cuts a client's bytes into requests.
///
///     INT32 length of what follows | request
///
/// A length of nothing, or of more than `requestBytesMost`, is an error at once: nobody waits for
/// bytes that will not be taken.
struct FrameDecoder: ByteToMessageDecoder {
  typealias InboundOut = ByteBuffer

  let requestBytesMost: Int

  mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws
    -> DecodingState
  {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: Int32.self) else {
      return .needMoreData
    }
    guard RequestHeader.bytesLeast...requestBytesMost ~= Int(length) else {
      throw WireFault("a request of \(length) bytes, of at most \(requestBytesMost)")
    }
    guard buffer.readableBytes - 4 >= Int(length) else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: 4)
    guard let request = buffer.readSlice(length: Int(length)) else { return .needMoreData }
    context.fireChannelRead(wrapInboundOut(request))
    return .continue
  }

  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    while try decode(context: context, buffer: &buffer) == .continue {}
    return .needMoreData
  }
}
