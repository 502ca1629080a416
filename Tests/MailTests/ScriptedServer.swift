import Foundation
import Glibc
import Synchronization

/// A hand-made server that plays one script per connection, to misbehave as real ones do.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Sends a line.
        case say(String)
        /// Reads one line from the client.
        case hear
        /// Reads lines until the single dot.
        case hearMessage
        /// Says nothing more until the client hangs up.
        case hang
    }

    /// A polite session up to, not including, the answer to the given command.
    static func greeting(_ steps: Step...) -> [Step] {
        [.say("220 test.example.lv ESMTP"), .hear, .say("250-test.example.lv"), .say("250 8BITMIME")] + steps
    }

    let port: Int
    private let descriptor: CInt
    private let heard = Mutex<[String]>([])
    private let connected = Atomic(0)

    /// Listens on a free port; the n-th connection gets the n-th script, later ones the last.
    init(_ scripts: [Step]...) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard listener >= 0, bound else { throw SubprocessFailure(program: "socket", status: errno) }
        descriptor = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            var index = 0
            while case let peer = accept(listener, nil, nil), peer >= 0 {
                let script = scripts[min(index, scripts.count - 1)]
                index += 1
                guard let server = self else {
                    close(peer)
                    break
                }
                server.connected.add(1, ordering: .relaxed)
                server.play(script, with: peer)
            }
            close(listener)
        }
    }

    deinit {
        // Wakes the accepting thread, which closes the descriptor.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// The lines that clients sent, in order.
    var lines: [String] { heard.withLock { $0 } }

    /// How many connections were made.
    var connections: Int { connected.load(ordering: .relaxed) }

    private func play(_ script: [Step], with peer: CInt) {
        defer { close(peer) }
        for step in script {
            switch step {
            case .say(let line):
                let bytes = Array((line + "\r\n").utf8)
                guard send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
            case .hear:
                guard readLine(from: peer) != nil else { return }
            case .hearMessage:
                while let line = readLine(from: peer) { if line == "." { break } }
            case .hang:
                while readLine(from: peer) != nil {}
                return
            }
        }
    }

    private func readLine(from peer: CInt) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while recv(peer, &byte, 1, 0) == 1 {
            if byte == UInt8(ascii: "\n") {
                if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
                let line = String(decoding: bytes, as: UTF8.self)
                heard.withLock { $0.append(line) }
                return line
            }
            bytes.append(byte)
        }
        return nil
    }
}
