import Foundation
import Synchronization

/// A socket between a worker and the server that can be cut, or swallow everything without a word.
final class Proxy: Sendable {
    private struct State {
        var isHole = false
        var pairs: [Int: (client: Int32, server: Int32)] = [:]
        var next = 0
    }

    /// The folder of the socket, as `host` of a connection string.
    let folder: String
    private let target: String
    private let listening: Int32
    private let state = Mutex(State())

    /// Listens in a folder of its own and passes everything on to the server's socket.
    init(folder: String, target: String, port: String) throws {
        self.folder = folder
        self.target = target
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/.s.PGSQL.\(port)"
        unlink(path)
        listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = Self.withAddress(path) { bind(listening, $0, $1) }
        guard listening >= 0, bound == 0, listen(listening, 64) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        Thread.detachNewThread { [self] in accept() }
    }

    /// Swallows everything from now on, in both directions, or passes on again. What was swallowed is lost, so that
    /// the connections that lived through it are cut when it ends.
    func setHole(_ isHole: Bool) {
        state.withLock { $0.isHole = isHole }
        if !isHole { cut() }
    }

    /// Cuts every connection.
    func cut() {
        state.withLock { state in
            for pair in state.pairs.values {
                shutdown(pair.client, Int32(SHUT_RDWR))
                shutdown(pair.server, Int32(SHUT_RDWR))
            }
        }
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listening, nil, nil)
            guard client >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
                close(server)
                close(client)
                continue
            }
            let number = state.withLock { state in
                state.next += 1
                state.pairs[state.next] = (client, server)
                return state.next
            }
            let open = Atomic<Int>(2)
            let shared = Shared(open)
            for (from, to) in [(client, server), (server, client)] {
                Thread.detachNewThread { [self] in
                    pump(from, to)
                    shutdown(client, Int32(SHUT_RDWR))
                    shutdown(server, Int32(SHUT_RDWR))
                    guard shared.count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
                    state.withLock { _ = $0.pairs.removeValue(forKey: number) }
                    close(client)
                    close(server)
                }
            }
        }
    }

    /// How many of a connection's two directions still run.
    private final class Shared: Sendable {
        let count: Atomic<Int>
        init(_ count: consuming Atomic<Int>) { self.count = count }
    }

    private func pump(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else {
                if count < 0 && errno == EINTR { continue }
                return
            }
            if state.withLock({ $0.isHole }) { continue }
            var sent = 0
            while sent < count {
                let written = buffer.withUnsafeBytes { bytes in
                    send(to, bytes.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return }
                sent += written
            }
        }
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            for (index, byte) in path.utf8.prefix(place.count - 1).enumerated() { place[index] = byte }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
