/// Several files of scripts said as one, with short names for what they call their own.
///
/// Within a file one name becomes one other wherever it stands for a variable, so that what it
/// hides or is hidden by stays so. What the files have at their tops gets names that no other has;
/// what is inside a file may be called like the top of another that it does not use. Names of
/// properties stay. A file must not use a name for a variable of its own and for the browser's.
struct ScriptBundle {
  private let modules: [ScriptModule]
  /// Of names at the top, `file.name`, also of those that another bundle has.
  private let shorter: [Substring: Substring]
  /// What is imported from another bundle, and the names of that one.
  private let imported: [Substring]
  private let exported: [Substring: Substring]
  /// Words that stay, and so are no short names.
  private let taken: Set<Substring>

  /// Files in the order in which they are to be run, the imported before the importing.
  init(_ files: [(name: String, source: [UInt8])], importing other: ScriptBundle? = nil) {
    modules = files.map { ScriptModule($0.name, String(decoding: $0.source, as: UTF8.self)) }
    let words = modules.flatMap { module in module.tokens.filter { $0.kind == .word }.map(\.text) }
    taken = Set(words).union(ScriptRoles.keywords)
    exported = other?.shorter ?? [:]
    let wanted = Set(modules.flatMap(\.imports)).intersection(exported.keys)
    var uses = Uses()
    for module in modules {
      for token in module.tokens where token.name.contains(".") && !wanted.contains(token.name) {
        uses.count(token.name)
      }
    }
    imported = wanted.sorted()
    var shorter: [Substring: Substring] = [:]
    for module in modules { shorter.merge(module.numbers) { $1 } }
    var names = ShortNames(but: taken)
    for name in imported + uses.mostUsedFirst where shorter[name] == nil {
      shorter[name] = names.take()
    }
    self.shorter = shorter
  }

  /// The script.
  ///
  /// It exports what another bundle imports from it, and `offered` under its own name.
  func text(for other: ScriptBundle? = nil, offered: Substring? = nil) -> String {
    var out = ScriptLine()
    func add(_ word: String, _ names: [String], _ end: String) {
      if !names.isEmpty { out.add("\(word){\(names.joined(separator: ","))}\(end);") }
    }
    add(
      "import", imported.map { "\(exported[$0] ?? $0) as \(shorter[$0] ?? $0)" },
      "from\"./page.js\"")
    let browsers = Script.often.filter { shorter[$0] != nil }
    if !browsers.isEmpty {
      let names = browsers.map { "\(shorter[$0] ?? $0)=\($0.drop { $0 == "." })" }
      out.add("let \(names.joined(separator: ","));")
    }
    for module in modules { out.add(module, shorter.merging(names(in: module)) { $1 }) }
    add("export", other?.imported.compactMap { shorter[$0] }.map(String.init) ?? [], "")
    if let offered, let short = shorter[offered] {
      add("export", ["\(short) as \(offered.drop { $0 != "." }.dropFirst())"], "")
    }
    return out.text
  }

  /// Short names for what is inside a file.
  private func names(in module: ScriptModule) -> [Substring: Substring] {
    var outer = taken
    var uses = Uses()
    var hidden = Uses()
    for (token, role) in zip(module.tokens, module.roles) {
      if role == .hidden { hidden.count(token.text) }
      if let short = shorter[token.name] { outer.insert(short) }
      guard module.locals.contains(token.name) else { continue }
      uses.count(token.name, isBoth: role == .both)
    }
    var found: [Substring: Substring] = [:]
    var names = ShortNames(but: outer)
    for name in uses.mostUsedFirst where uses.saved(name, names.next) > 0 {
      found[name] = names.take()
    }
    var hiddenNames = ShortNames(but: [])
    for name in hidden.mostUsedFirst { found[name] = "#\(hiddenNames.take())" }
    return found
  }
}

/// How often names are used, and where first.
private struct Uses {
  private var counts: [Substring: (alone: Int, both: Int, order: Int)] = [:]

  mutating func count(_ name: Substring, isBoth: Bool = false) {
    var count = counts[name] ?? (0, 0, counts.count)
    if isBoth { count.both += 1 } else { count.alone += 1 }
    counts[name] = count
  }

  var mostUsedFirst: [Substring] {
    counts.sorted { ($0.value.alone, $1.value.order) > ($1.value.alone, $0.value.order) }
      .map(\.key)
  }

  /// In characters; `{ name }` becomes `{name:a}`.
  func saved(_ name: Substring, _ short: Substring) -> Int {
    guard let count = counts[name] else { return 0 }
    return count.alone * (name.count - short.count) - count.both * (short.count + 1)
  }
}

/// `a`, `b`, … `aa`, `ab`, but for those that are taken.
struct ShortNames {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  private let taken: Set<Substring>
  private var count = 0
  private(set) var next: Substring = ""

  init(but taken: Set<Substring>) {
    self.taken = taken
    advance()
  }

  mutating func take() -> Substring {
    defer { advance() }
    return next
  }

  private mutating func advance() {
    repeat {
      let (far, near) = count.quotientAndRemainder(dividingBy: Self.letters.count)
      next = far == 0 ? "" : Substring(String(Self.letters[far - 1]))
      next.append(Self.letters[near])
      count += 1
    } while taken.contains(next)
  }
}
