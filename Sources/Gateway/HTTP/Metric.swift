/// One number of `/metrics`, in Prometheus' text format, version 0.0.4.
package struct Metric: Sendable {
  package enum Kind: String, Sendable {
    case counter, gauge
  }

  private let name: String
  private let kind: Kind
  private let help: String
  private let value: Int64

  /// - Parameter name: without the `verbatim_` that all begin with.
  package init(_ name: String, _ kind: Kind, _ help: String, _ value: Int64) {
    self.name = name
    self.kind = kind
    self.help = help
    self.value = value
  }

  var text: String {
    """
    # HELP verbatim_\(name) \(help)
    # TYPE verbatim_\(name) \(kind.rawValue)
    verbatim_\(name) \(value)

    """
  }
}
