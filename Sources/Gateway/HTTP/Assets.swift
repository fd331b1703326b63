import NIOHTTP1

/// The page's files, from the binary.
struct Assets: Sendable {
  private struct Asset: Sendable {
    let type: MediaType
    let bytes: [UInt8]
  }

  private static let files: [String: Asset] = [
    "author.js": Asset(type: .script, bytes: PackageResources.author_js),
    "banner.js": Asset(type: .script, bytes: PackageResources.banner_js),
    "desk.js": Asset(type: .script, bytes: PackageResources.desk_js),
    "fold.js": Asset(type: .script, bytes: PackageResources.fold_js),
    "kept.js": Asset(type: .script, bytes: PackageResources.kept_js),
    "keys.js": Asset(type: .script, bytes: PackageResources.keys_js),
    "link.js": Asset(type: .script, bytes: PackageResources.link_js),
    "page.css": Asset(type: .css, bytes: PackageResources.page_css),
    "page.js": Asset(type: .script, bytes: PackageResources.page_js),
    "rows.js": Asset(type: .script, bytes: PackageResources.rows_js),
    "shown.js": Asset(type: .script, bytes: PackageResources.shown_js),
    "splice.js": Asset(type: .script, bytes: PackageResources.splice_js),
    "view.js": Asset(type: .script, bytes: PackageResources.view_js),
    "words.js": Asset(type: .script, bytes: PackageResources.words_js),
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
