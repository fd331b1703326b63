internal import ArgumentParser
internal import Companion

extension ServeOptions {
  /// What may be set for a wait for a model, in milliseconds.
  private static let waitMilliseconds: ClosedRange<Int64> = 1...3_600_000
  /// Stands for nothing in a list of which others have something.
  private static let nothing = "-"
  /// Where OpenAI's own key goes when no other was given, and nowhere else.
  private static let openAI = "https://api.openai.com/"

  /// The models in the order in which they are asked, and the patience with each.
  mutating func readModels(_ flags: ModelFlags, _ settings: Settings) throws {
    timeouts.connect =
      try Self.wait(
        "model-connect-timeout", flags.modelConnectTimeout, settings) ?? timeouts.connect
    timeouts.firstToken =
      try Self.wait(
        "model-first-token-timeout", flags.modelFirstTokenTimeout, settings) ?? timeouts.firstToken
    timeouts.idle =
      try Self.wait(
        "model-idle-timeout", flags.modelIdleTimeout, settings) ?? timeouts.idle
    let url = settings.value("model-url", flag: flags.modelURL) ?? "none"
    guard url != "none" else { return }
    providers.append(
      try Self.provider(
        "model", url, model: settings.value("model", flag: flags.model),
        keyFile: settings.value("model-key-file", flag: flags.modelKeyFile),
        key: Settings.variable("model-key")))
    try readFallbacks(flags, settings)
  }

  private mutating func readFallbacks(_ flags: ModelFlags, _ settings: Settings) throws {
    let urls = settings.values("fallback-url", flags: flags.fallbackURL)
    let models = settings.values("fallback-model", flags: flags.fallbackModel)
    let files = settings.values("fallback-key-file", flags: flags.fallbackKeyFile)
    let keys = (Settings.variable("fallback-key") ?? "").split(separator: ",").map { String($0) }
    guard max(models.count, files.count, keys.count) <= urls.count else {
      throw ValidationError(
        "more --fallback-model, --fallback-key-file or keys than --fallback-url: the first of each "
          + "belongs to the first address; - stands for none")
    }
    for (index, url) in urls.enumerated() {
      func given(_ list: [String]) -> String? {
        list.indices.contains(index) && list[index] != Self.nothing ? list[index] : nil
      }
      providers.append(
        try Self.provider(
          "fallback", url, model: given(models), keyFile: given(files), key: given(keys)))
    }
  }

  private static func provider(
    _ flag: String, _ url: String, model: String?, keyFile: String?, key: String?
  ) throws -> Provider {
    var secret: Secret?
    if let keyFile {
      guard let text = Settings.read(keyFile) else {
        throw ValidationError("--\(flag)-key-file \(keyFile): cannot be read")
      }
      secret = Secret(text)
      guard secret != nil else {
        throw ValidationError("--\(flag)-key-file \(keyFile): expected one line with a key")
      }
    } else if let key = key ?? (url.lowercased().hasPrefix(openAI) ? openAIKey : nil) {
      secret = Secret(key)
      guard secret != nil else {
        throw ValidationError("the key for --\(flag)-url in the environment is none")
      }
    }
    do {
      return try Provider(address: url, model: model ?? "", key: secret)
    } catch ProviderFault.noModel {
      throw ValidationError("--\(flag)-url \(url) needs the name of a model beside it")
    } catch {
      throw ValidationError("--\(flag)-url: expected http(s)://HOST[:PORT][/PATH] or script:")
    }
  }

  private static var openAIKey: String? { Settings.environment("OPENAI_API_KEY") }

  private static func wait(_ name: String, _ flag: String?, _ settings: Settings) throws -> Int? {
    guard let text = settings.value(name, flag: flag) else { return nil }
    guard let milliseconds = milliseconds(text[...]), waitMilliseconds.contains(milliseconds) else {
      throw ValidationError("--\(name) \(text): expected 500ms, 5s or 2m, at most an hour")
    }
    return Int(milliseconds)
  }
}
