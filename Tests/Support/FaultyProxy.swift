import Foundation
package import Postgres
import Synchronization

/// A TCP proxy in front of the test server that can stop forwarding while it keeps acknowledging, as a dead server behind
/// a living proxy does, or cut its connections.
package final class FaultyProxy: Sendable {
    /// The port on 127.0.0.1 where it listens.
    package let port: Int

    private let listener: Int32
    private let target: ServerAddress
    private let sockets = Mutex<Set<Int32>>([])
    private let isSilent = Atomic<Bool>(false)
    private let isStopped = Atomic<Bool>(false)
    private let isRefusing = Atomic<Bool>(false)
    private let acceptedCount = Atomic<Int>(0)

    /// A proxy to the server of a connection string, listening at once.
    ///
    /// - Throws: where no socket can be had.
    package init(to settings: ConnectionSettings) throws {
        target = ServerAddress(settings)
        let end = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(end, pointer, length) == 0 && listen(end, 64) == 0
                    && getsockname(end, pointer, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        listener = end
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in accept() }
    }

    /// The same settings by way of the proxy.
    package func settings(_ settings: ConnectionSettings) -> ConnectionSettings {
        settings.replacing("host", with: "127.0.0.1").replacing("port", with: String(port))
            .replacing("sslmode", with: "disable").replacing("gssencmode", with: "disable")
    }

    /// How many connections have been accepted so far.
    package var accepted: Int { acceptedCount.load(ordering: .sequentiallyConsistent) }

    /// From now on swallows what either side sends.
    package func fallSilent() {
        isSilent.store(true, ordering: .sequentiallyConsistent)
    }

    /// From now on takes nothing from either side, so that the senders' buffers fill.
    package func stopReading() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
    }

    /// Forwards again, for connections made from now on; those that lost something are cut.
    package func recover() {
        cut()
        isSilent.store(false, ordering: .sequentiallyConsistent)
        isStopped.store(false, ordering: .sequentiallyConsistent)
        isRefusing.store(false, ordering: .sequentiallyConsistent)
    }

    /// Cuts every connection.
    package func cut() {
        sockets.withLock { sockets in
            for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Cuts every connection and closes new ones at once, as while a server restarts.
    package func refuse() {
        isRefusing.store(true, ordering: .sequentiallyConsistent)
        cut()
    }

    /// Ends the proxy.
    package func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func accept() {
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { break }
            acceptedCount.add(1, ordering: .sequentiallyConsistent)
            guard !isRefusing.load(ordering: .sequentiallyConsistent), let server = target.connect() else {
                Foundation.close(client)
                continue
            }
            sockets.withLock { sockets in
                sockets.insert(client)
                sockets.insert(server)
            }
            let ends = Mutex(2)
            let pair = Pair(ends: ends)
            Thread.detachNewThread { [self] in pump(from: client, to: server, pair) }
            Thread.detachNewThread { [self] in pump(from: server, to: client, pair) }
        }
        Foundation.close(listener)
    }

    private final class Pair: Sendable {
        let ends: Mutex<Int>

        init(ends: consuming sending Mutex<Int>) {
            self.ends = ends
        }
    }

    private func pump(from source: Int32, to sink: Int32, _ pair: Pair) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            if isStopped.load(ordering: .sequentiallyConsistent) {
                // Only the end of the connection is of interest, and it is reported unasked.
                var watched = pollfd(fd: source, events: 0, revents: 0)
                if poll(&watched, 1, 20) == 0 { continue }
            }
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            if isSilent.load(ordering: .sequentiallyConsistent) { continue }
            var sent = 0
            while sent < count {
                let step = buffer.withUnsafeBytes { bytes in
                    send(sink, bytes.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard step > 0 else { break }
                sent += step
            }
            if sent < count { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
        let isLast = pair.ends.withLock { ends in
            ends -= 1
            return ends == 0
        }
        guard isLast else { return }
        sockets.withLock { sockets in
            // Within the lock, or cut() could shut down a number that means another socket by then.
            sockets.remove(source)
            sockets.remove(sink)
            Foundation.close(source)
            Foundation.close(sink)
        }
    }
}

/// Where a connection string's server listens.
private struct ServerAddress: Sendable {
    private let host: String
    private let port: Int

    init(_ settings: ConnectionSettings) {
        let environment = ProcessInfo.processInfo.environment
        host = settings.value(of: "host") ?? environment["PGHOST"] ?? "/var/run/postgresql"
        port = Int(settings.value(of: "port") ?? environment["PGPORT"] ?? "5432") ?? 5432
    }

    func connect() -> Int32? {
        host.hasPrefix("/") ? connectLocally() : connectByName()
    }

    private func connectLocally() -> Int32? {
        let end = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("\(host)/.s.PGSQL.\(port)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                Foundation.connect(end, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        return opened(end, isConnected)
    }

    private func connectByName() -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else { return nil }
        defer { freeaddrinfo(found) }
        let end = socket(first.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        return opened(end, Foundation.connect(end, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0)
    }

    private func opened(_ end: Int32, _ isConnected: Bool) -> Int32? {
        if isConnected { return end }
        close(end)
        return nil
    }
}
