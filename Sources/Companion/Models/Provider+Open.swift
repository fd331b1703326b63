internal import Logging
internal import LogStore

extension Provider {
  /// The models behind these, in the order in which they are asked.
  static func open(
    _ options: CompanionOptions, multi: CurlMulti, time: any TimeSource, logger: Logger
  ) -> [any LanguageModel] {
    let last = options.providers.count - 1
    return options.providers.enumerated().map { index, provider in
      switch provider.place {
      case .script(let milliseconds):
        ScriptedLanguageModel(tokenMilliseconds: milliseconds, time: time)
      case .server(let base, let key):
        HTTPLanguageModel(
          HTTPLanguageModel.Address(
            name: provider.name, model: provider.model, base: base, key: key,
            maxTokens: options.replyTokens, isLastResort: index == last),
          timeouts: options.timeouts, breaker: options.breaker, multi: multi, time: time,
          logger: logger)
      }
    }
  }
}
