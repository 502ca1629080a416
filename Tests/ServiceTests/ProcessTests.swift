import Foundation
import Testing

@testable import Service

@Suite("A daemon's process")
struct ProcessTests {
    @Test("systemd is told with one datagram, by path and by abstract name")
    func notify() throws {
        let id = UUID().uuidString.prefix(8)
        for name in ["/tmp/rinda-\(id)", "@rinda-\(id)"] {
            let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            defer {
                close(receiver)
                unlink(name)
            }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var path = Array(name.utf8)
            if name.hasPrefix("@") { path[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(receiver, $0, socklen_t(MemoryLayout<sa_family_t>.size + path.count))
                }
            }
            try #require(bound == 0)
            Systemd.send("READY=1", to: name)
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            #expect(count == 7 && String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1")
        }
    }

    @Test(
        "where nobody listens, telling systemd does nothing",
        arguments: ["/nonexistent/socket", "", String(repeating: "x", count: 200)])
    func nobody(name: String) {
        Systemd.send("READY=1", to: name)
    }

    @Test("SIGTERM and SIGINT arrive in order and do not end the process; SIGPIPE is ignored")
    func signals() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var signals = Signals.termination().makeAsyncIterator()
            kill(getpid(), SIGPIPE)
            kill(getpid(), SIGTERM)
            let first = await signals.next()
            kill(getpid(), SIGINT)
            let second = await signals.next()
            exit(first == .terminate && second == .interrupt ? 7 : 1)
        }
    }

    @Test("the announcement is made once, whatever the log's level")
    func announce() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            Readiness.announce("rinda-test")
            Readiness.announce("rinda-test")
        }
        let output = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(output.ranges(of: "ready").count == 1)
    }

    @Test("a process has a name of its own")
    func identity() {
        let parts = ProcessIdentity.name.split(separator: ":")
        #expect(parts.count >= 3)
        #expect(parts[parts.count - 2] == "\(getpid())")
        #expect(ProcessIdentity.name == ProcessIdentity.name)
    }
}
