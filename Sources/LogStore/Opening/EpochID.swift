/// Makes the names of epochs.
enum EpochID {
  private static let alphabet = [UInt8]("abcdefghijklmnopqrstuvwxyz234567".utf8)
  private static let length = 8

  static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  static func random(using generator: inout some RandomNumberGenerator) -> String {
    let letters = (0..<length).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }
    return String(decoding: letters, as: UTF8.self)
  }
}
