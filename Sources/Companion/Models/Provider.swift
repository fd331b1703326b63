/// A model and where it answers.
package struct Provider: Sendable, Equatable {
  package enum Place: Sendable, Equatable {
    /// An OpenAI-compatible server; requests go to `base` + `/chat/completions`.
    case server(base: String, key: Secret?)
    /// No model: words of our own, one after the other.
    case script(tokenMilliseconds: Int)
  }

  /// As it stands in the log, for everybody to see; no address.
  package let name: String
  package let model: String
  package let place: Place

  /// `script:` in an address, with milliseconds a word behind it if wanted.
  static let scriptScheme = "script:"
  /// Milliseconds between two words of a script.
  static let scriptTokenMilliseconds = 40

  /// From an address such as `http://127.0.0.1:8081/v1` or `script:`.
  ///
  /// Without a name it is called `local` on this machine, else by its host.
  package init(address: String, model: String, key: Secret? = nil, name: String? = nil)
    throws(ProviderFault)
  {
    if address.hasPrefix(Self.scriptScheme) {
      let pace = address.dropFirst(Self.scriptScheme.count)
      guard let milliseconds = pace.isEmpty ? Self.scriptTokenMilliseconds : Int(pace),
        (0...60_000).contains(milliseconds)
      else { throw .badAddress(address) }
      self.init(
        name: name ?? "script", model: "script", place: .script(tokenMilliseconds: milliseconds))
      return
    }
    guard let host = Self.host(address) else { throw .badAddress(address) }
    guard !model.isEmpty else { throw .noModel }
    var base = Substring(address)
    while base.hasSuffix("/") { base.removeLast() }
    let isLocal = ["localhost", "127.0.0.1", "[::1]"].contains(host)
    self.init(
      name: name ?? (isLocal ? "local" : host), model: model,
      place: .server(base: String(base), key: key))
  }

  private init(name: String, model: String, place: Place) {
    self.name = name
    self.model = model
    self.place = place
  }

  /// The host of an `http` or `https` address without user, query and fragment.
  private static func host(_ address: String) -> String? {
    let lowered = address.lowercased()
    guard let scheme = ["http://", "https://"].first(where: lowered.hasPrefix) else { return nil }
    guard address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !address.utf8.contains(where: { "?#@\\\"<>".utf8.contains($0) })
    else { return nil }
    let authority = lowered.dropFirst(scheme.utf8.count).prefix { $0 != "/" }
    let host =
      authority.hasPrefix("[")
      ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    return host.isEmpty || host == "[]" ? nil : String(host)
  }
}

/// Why a provider cannot be used.
package enum ProviderFault: Error, Equatable, Sendable {
  /// Neither `http(s)://host[:port][/path]` nor `script:`.
  case badAddress(String)
  case noModel
}
