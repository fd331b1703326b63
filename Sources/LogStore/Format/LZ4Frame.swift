internal import CLZ4

/// LZ4 frames as Kafka's Java clients can read them, with contexts made once and used again.
///
///     at  size  field
///      0     4  magic 04 22 4D 18
///      4     1  FLG   01 1 0 0 0 0 0   version 1, independent blocks, nothing optional
///      5     1  BD    0 100 0000       blocks of at most 64 KiB
///      6     1  check of FLG and BD
///      7        blocks: size, 4, little-endian, top bit = stored; then as many bytes
///            4  end mark: a zero size
///
/// Read are FLG 0x60...0x7C (checksums and content size allowed, linked blocks and dictionaries
/// not) and every BD, one frame, nothing behind it.
enum LZ4Frame {
  static let magic: [UInt8] = [0x04, 0x22, 0x4D, 0x18]
  /// Bytes of the largest block that is decoded straight into the output.
  static let blockBytes = 64 << 10
  /// Magic, FLG, BD, check, end mark.
  static let bytesMin = 11
}

/// Compresses into one frame.
final class FrameCompressor {
  private let context: OpaquePointer
  private var preferences = LZ4F_preferences_t()

  /// How much time is spent on a smaller frame; every decoder reads both.
  enum Effort {
    /// While somebody waits.
    case fast
    /// LZ4 HC at its highest level, in the background.
    case high
  }

  init(_ effort: Effort = .fast) {
    var made: OpaquePointer?
    let code = LZ4F_createCompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(code) == 0, let made else {
      preconditionFailure("liblz4 has no memory for a compression context")
    }
    context = made
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    preferences.frameInfo.blockSizeID = LZ4F_max64KB
    preferences.autoFlush = 1
    if effort == .high { preferences.compressionLevel = LZ4F_compressionLevel_max() }
  }

  deinit { LZ4F_freeCompressionContext(context) }

  /// Bytes the output may need for `count` bytes of input.
  func bound(_ count: Int) -> Int { LZ4F_compressFrameBound(count, &preferences) }

  /// Compresses all of `input` to `output` and returns how many bytes that took.
  func compress(_ input: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer) -> Int {
    guard let target = output.baseAddress else { return 0 }
    var options = LZ4F_compressOptions_t()
    options.stableSrc = 1
    var done = Self.checked(
      LZ4F_compressBegin(context, target, output.count, &preferences))
    done += Self.checked(
      LZ4F_compressUpdate(
        context, target + done, output.count - done, input.baseAddress, input.count, &options))
    done += Self.checked(
      LZ4F_compressEnd(context, target + done, output.count - done, &options))
    return done
  }

  /// With an output of `bound` bytes liblz4 has nothing to refuse.
  private static func checked(_ code: Int) -> Int {
    precondition(LZ4F_isError(code) == 0, "liblz4 refused a buffer of its own bound")
    return code
  }
}

/// Decompresses one frame, never writing more than it was given room for.
final class FrameDecompressor {
  private let context: OpaquePointer

  init() {
    var made: OpaquePointer?
    let code = LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(code) == 0, let made else {
      preconditionFailure("liblz4 has no memory for a decompression context")
    }
    context = made
  }

  deinit { LZ4F_freeDecompressionContext(context) }

  /// Decompresses the one frame that `input` must be, to at most `limit` bytes; returns how many.
  ///
  /// `output` should be a block longer than `limit`, so that the last block too is decoded in
  /// place.
  func decompress(
    _ input: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer, limit: Int
  ) throws(BatchFault) -> Int {
    try Self.checkDescriptor(input)
    guard let source = input.baseAddress, let target = output.baseAddress else { throw .cutShort }
    var options = LZ4F_decompressOptions_t()
    options.stableDst = 1
    var read = 0
    var written = 0
    LZ4F_resetDecompressionContext(context)
    while true {
      var inputBytes = input.count - read
      var outputBytes = output.count - written
      let hint = LZ4F_decompress(
        context, target + written, &outputBytes, source + read, &inputBytes, &options)
      guard LZ4F_isError(hint) == 0 else { throw .frame(String(cString: LZ4F_getErrorName(hint))) }
      read += inputBytes
      written += outputBytes
      guard written <= limit else { throw .frame("more than \(limit) bytes") }
      if hint == 0 { break }
      guard inputBytes > 0 || outputBytes > 0 else { throw .frame("no end mark") }
    }
    guard read == input.count else { throw .frame("bytes behind the end mark") }
    return written
  }

  private static func checkDescriptor(_ input: UnsafeRawBufferPointer) throws(BatchFault) {
    guard input.count >= LZ4Frame.bytesMin, input.prefix(4).elementsEqual(LZ4Frame.magic) else {
      throw .frame("no frame")
    }
    let flags = input[4]
    guard flags & 0xC0 == 0x40 else { throw .frame("version") }
    guard flags & 0x20 != 0 else { throw .frame("linked blocks") }
    guard flags & 0x01 == 0 else { throw .frame("dictionary") }
  }
}
