import Glibc
import NIOCore

/// Why the port was not opened.
package enum StartError: Error, Equatable, CustomStringConvertible {
  case addressInUse(ListenAddress)
  /// A port under 1024, or forbidden by policy.
  case notPermitted(ListenAddress)
  /// The host is no address of this machine.
  case notOurs(ListenAddress)
  case unknownHost(String)
  case failed(ListenAddress, String)

  init(_ error: any Error, _ address: ListenAddress) {
    switch error {
    case let error as IOError:
      switch error.errnoCode {
      case EADDRINUSE: self = .addressInUse(address)
      case EACCES, EPERM: self = .notPermitted(address)
      case EADDRNOTAVAIL: self = .notOurs(address)
      default: self = .failed(address, "\(error)")
      }
    case is SocketAddressError: self = .unknownHost(address.host)
    default: self = .failed(address, "\(error)")
    }
  }

  /// One line that says what to do.
  package var description: String {
    switch self {
    case .addressInUse(let address):
      "\(address) is in use: stop what listens there, or choose another with --listen"
    case .notPermitted(let address):
      "\(address) may not be listened on by this user: choose a port from 1024 up with --listen"
    case .notOurs(let address):
      "\(address) is no address of this machine: choose one that is with --listen"
    case .unknownHost(let host): "\(host) is not known: give --listen an address"
    case .failed(let address, let what): "cannot listen on \(address): \(what)"
    }
  }
}
