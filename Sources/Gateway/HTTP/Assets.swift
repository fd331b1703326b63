import NIOHTTP1

/// The page's files, from the binary.
struct Assets: Sendable {
  private struct Asset: Sendable {
    let type: MediaType
    let bytes: [UInt8]

    init(type: MediaType, _ source: [UInt8]) {
      self.type = type
      bytes = ServedText.of(source)
    }
  }

  private static let files: [String: Asset] = [
    "ahead.js": Asset(type: .script, PackageResources.ahead_js),
    "author.js": Asset(type: .script, PackageResources.author_js),
    "banner.js": Asset(type: .script, PackageResources.banner_js),
    "desk.js": Asset(type: .script, PackageResources.desk_js),
    "finds.js": Asset(type: .script, PackageResources.finds_js),
    "fold.js": Asset(type: .script, PackageResources.fold_js),
    "kept.js": Asset(type: .script, PackageResources.kept_js),
    "keys.js": Asset(type: .script, PackageResources.keys_js),
    "link.js": Asset(type: .script, PackageResources.link_js),
    "markdown.js": Asset(type: .script, PackageResources.markdown_js),
    "page.css": Asset(type: .css, PackageResources.page_css),
    "page.js": Asset(type: .script, PackageResources.page_js),
    "past.css": Asset(type: .css, PackageResources.past_css),
    "past.js": Asset(type: .script, PackageResources.past_js),
    "rows.js": Asset(type: .script, PackageResources.rows_js),
    "shown.js": Asset(type: .script, PackageResources.shown_js),
    "splice.js": Asset(type: .script, PackageResources.splice_js),
    "strip.js": Asset(type: .script, PackageResources.strip_js),
    "view.js": Asset(type: .script, PackageResources.view_js),
    "words.js": Asset(type: .script, PackageResources.words_js),
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
