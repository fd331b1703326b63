internal import Glibc
internal import Hashing

/// A file with the key of pseudonyms: 64 hex digits and a line end.
enum ExportKey {
  /// More than a key's file has.
  private static let bytesMost = 256

  /// The key in a file; if there is no such file, a new key is drawn and kept there, for its owner
  /// to read only.
  static func read(orMake path: String) throws(Complaint) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw complaint("read", path) }
      return try make(path)
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: bytesMost)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw complaint("read", path) }
    var text = String(decoding: bytes.prefix(count), as: UTF8.self)
    while text.last?.isWhitespace == true { text.removeLast() }
    guard let key = [UInt8](hex: text), key.count == Pseudonyms.keyBytes else {
      throw Complaint(
        .usage, "\(path) is no key: 64 hex digits are expected; a file that is not there is made")
    }
    return key
  }

  private static func make(_ path: String) throws(Complaint) -> [UInt8] {
    var random = SecureRandom()
    let key = (0..<Pseudonyms.keyBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw complaint("create", path) }
    defer { close(descriptor) }
    let text = Array((key.hex + "\n").utf8)
    guard Glibc.write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
      let complaint = complaint("write", path)
      unlink(path)
      throw complaint
    }
    return key
  }

  private static func complaint(_ verb: String, _ path: String) -> Complaint {
    Complaint(.refused, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
