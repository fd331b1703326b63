import Foundation
import Testing

/// A server that has no descriptor left for those who come.
@Suite(.serialized) struct DescriptorTests {
  /// Connections that are held and say nothing.
  private final class Hoard {
    private var descriptors: [CInt] = []

    /// False when this process can open no more either.
    func connect(to port: Int) -> Bool {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { return false }
      descriptors.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
    }

    func letGo() {
      for descriptor in descriptors { close(descriptor) }
      descriptors = []
    }

    deinit { letGo() }
  }

  @Test func `without descriptors the others are served, and newcomers once some are free`() throws
  {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, limitOpenFiles: 64)
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa", #","name":"Mara""#)
    let hoard = Hoard()
    let began = ContinuousClock.now
    var held = 0
    while !server.stderr.contains("cannot accept") {
      // The kernel takes some connections that the server has not accepted yet.
      if held < 128 { #expect(hoard.connect(to: server.port)) }
      held += 1
    }
    // More of them wait now than it could take; who is in is served all the same.
    for seq in 1...50 {
      try mara.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":0,"del":0,"ins":"a","kind":"type"}"#)
      #expect(try mara.ackOrError(seq) == "")
    }
    hoard.letGo()
    let late = try RoomClient(server)
    _ = try late.hello("bbbbb", #","name":"Noor""#)
    #expect(try server.get("/livez") == "ok\n")
    #expect(try server.get("/readyz").contains("\"ready\":true"))
    // It rests for a second after each failure, and does not fail again and again.
    let seconds = Int((ContinuousClock.now - began).components.seconds)
    let failures = server.stderr.components(separatedBy: "cannot accept").count - 1
    #expect(failures <= seconds + 2, "\(failures) failures in \(seconds) s")
    #expect(server.terminate() == 0)
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
  }
}
