import Glibc

/// Tells systemd how the process is, where it asks for that: a datagram to the socket that NOTIFY_SOCKET names
/// (sd_notify(3)).
package enum Systemd {
    /// What can be told.
    package enum State: String, Sendable {
        /// The process serves.
        case serving = "READY=1"
        /// The process ends.
        case stopping = "STOPPING=1"
        /// The process is alive.
        case alive = "WATCHDOG=1"
    }

    /// Tells a state. Does nothing where nobody asks, and fails in silence: a daemon does not depend on it.
    package static func notify(_ state: State) {
        guard let name = environment("NOTIFY_SOCKET") else { return }
        send(state.rawValue, to: name)
    }

    /// How often ``State/alive`` should be told: half the time after which systemd would end the process; nil where it
    /// does not watch this process.
    package static var watchdogInterval: Duration? {
        guard let text = environment("WATCHDOG_USEC"), let microseconds = Int64(text), microseconds > 0 else {
            return nil
        }
        if let watched = environment("WATCHDOG_PID"), watched != "\(getpid())" { return nil }
        return .microseconds(microseconds / 2)
    }

    static func send(_ text: String, to name: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(name.utf8)
        guard let first = path.first, path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A name that begins with @ is one of the kernel's, which begins with a zero byte.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let bytes = Array(text.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0, length)
            }
        }
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
