import NIOHTTP1

/// The page's files, from the binary, as they are served.
struct Assets: Sendable {
  private struct Asset: Sendable {
    let type: MediaType
    let bytes: [UInt8]

    init(_ type: MediaType, _ bytes: [UInt8]) {
      self.type = type
      self.bytes = bytes
    }

    init(_ script: String) { self.init(.script, Array(script.utf8)) }
  }

  /// Two of each kind: what a first visit takes, and what the past takes when it is first wanted.
  private static let files: [String: Asset] = {
    let page = ScriptBundle(first)
    let past = ScriptBundle(later, importing: page)
    let styles = ServedText.styles([PackageResources.page_css, PackageResources.past_css])
    return [
      "help.html": Asset(.html, ServedText.page(PackageResources.help_html)),
      "page.css": Asset(.css, styles[0]),
      "page.js": Asset(page.text(for: past)),
      "past.css": Asset(.css, styles[1]),
      "past.html": Asset(.html, ServedText.page(PackageResources.past_html)),
      "past.js": Asset(past.text(offered: "past.Past")),
    ]
  }()

  /// In the order in which they are run.
  private static let first: [(name: String, source: [UInt8])] = [
    ("kept", PackageResources.kept_js), ("words", PackageResources.words_js),
    ("splice", PackageResources.splice_js), ("shown", PackageResources.shown_js),
    ("markdown", PackageResources.markdown_js), ("rows", PackageResources.rows_js),
    ("parts", PackageResources.parts_js), ("banner", PackageResources.banner_js),
    ("author", PackageResources.author_js), ("fold", PackageResources.fold_js),
    ("link", PackageResources.link_js), ("strip", PackageResources.strip_js),
    ("way", PackageResources.way_js), ("keys", PackageResources.keys_js),
    ("view", PackageResources.view_js), ("desk", PackageResources.desk_js),
    ("page", PackageResources.page_js),
  ]

  private static let later: [(name: String, source: [UInt8])] = [
    ("past-words", PackageResources.past_words_js), ("ahead", PackageResources.ahead_js),
    ("finds", PackageResources.finds_js), ("lanes", PackageResources.lanes_js),
    ("past", PackageResources.past_js),
  ]

  func answer(_ name: String, _ request: WebRequest) -> Answer {
    guard let asset = Self.files[name] else { return .refusal(.notFound, "nothing is here") }
    return Answer(asset.type, asset.bytes).tagged(for: request)
  }
}

extension Answer {
  /// With an entity tag of its content; without a body when the client has just that.
  ///
  /// Kept by browsers, and asked for each time, so that a new release is seen at once.
  func tagged(for request: WebRequest) -> Answer {
    // FNV-1a, 64 bits: tells versions of one file apart; it guards nothing.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let tag = "\"\(String(hash, radix: 16))-\(String(body.count, radix: 16))\""
    var answer = with("ETag", tag).with("Cache-Control", "no-cache")
    let known = request.headers[canonicalForm: "if-none-match"].contains {
      $0 == "*" || $0 == tag || $0 == "W/\(tag)"
    }
    if known {
      answer.status = .notModified
      answer.body = []
    }
    return answer
  }
}
