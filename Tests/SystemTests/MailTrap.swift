import Foundation
import Synchronization

/// A mail server of a test's own: it takes messages, and asks the test, right after it has read one to its last dot, what
/// to answer. Nothing is simulated on our side: a program under test speaks to it as to any other.
final class MailTrap: Sendable {
    /// A message that arrived whole, whether or not it was then taken.
    struct Message: Sendable {
        let sender: String
        let recipient: String
        let text: String

        /// The value of a header that stands on one line.
        func header(_ name: String) -> String? {
            for line in text.components(separatedBy: "\r\n") {
                if line.isEmpty { return nil }
                if line.hasPrefix("\(name): ") { return String(line.dropFirst(name.count + 2)) }
            }
            return nil
        }
    }

    /// What the server does with a whole message.
    enum Answer: Sendable {
        /// Says a line.
        case say(String)
        /// Says nothing until the client hangs up.
        case hang
        /// Hangs up without a word.
        case drop
    }

    typealias Judge = @Sendable (Message) -> Answer

    let port: Int
    private let listener: CInt
    private let isGreeting: Bool
    private let judge: Judge
    private let arrived = Mutex<[Message]>([])
    private let connected = Atomic(0)

    /// Listens on a free port of this machine.
    ///
    /// - Parameters:
    ///   - isGreeting: whether it says anything at all to who connects.
    ///   - judge: asked for each whole message; takes all unless given.
    init(isGreeting: Bool = true, judge: @escaping Judge = { _ in .say("250 2.0.0 taken") }) throws {
        self.isGreeting = isGreeting
        self.judge = judge
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while case let peer = accept(listener, nil, nil), peer >= 0 {
                guard let trap = self else {
                    close(peer)
                    break
                }
                trap.connected.add(1, ordering: .relaxed)
                Thread.detachNewThread { trap.serve(peer) }
            }
            close(listener)
        }
    }

    deinit {
        // Wakes the thread that accepts, which closes the descriptor.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The messages that arrived whole, in order.
    var messages: [Message] { arrived.withLock { $0 } }

    /// How many connections were made.
    var connections: Int { connected.load(ordering: .relaxed) }

    private func serve(_ peer: CInt) {
        defer { close(peer) }
        var lines = LineReader(descriptor: peer)
        guard isGreeting else {
            while lines.next() != nil {}
            return
        }
        say("220 trap.example.lv ESMTP", to: peer)
        var sender = ""
        var recipient = ""
        while let line = lines.next() {
            switch line.split(separator: " ").first?.uppercased() ?? "" {
            case "EHLO":
                say("250-trap.example.lv", to: peer)
                say("250 8BITMIME", to: peer)
            case "MAIL":
                sender = Self.address(in: line)
                say("250 2.1.0 so be it", to: peer)
            case "RCPT":
                recipient = Self.address(in: line)
                say("250 2.1.5 so be it", to: peer)
            case "DATA":
                say("354 go on", to: peer)
                guard let text = lines.message() else { return }
                let message = Message(sender: sender, recipient: recipient, text: text)
                arrived.withLock { $0.append(message) }
                switch judge(message) {
                case .say(let answer): say(answer, to: peer)
                case .hang:
                    while lines.next() != nil {}
                    return
                case .drop: return
                }
            case "QUIT":
                say("221 2.0.0 farewell", to: peer)
                return
            default: say("250 2.0.0 so be it", to: peer)
            }
        }
    }

    private func say(_ line: String, to peer: CInt) {
        let bytes = Array((line + "\r\n").utf8)
        send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func address(in line: String) -> String {
        guard let open = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">") else { return "" }
        return String(line[line.index(after: open)..<end])
    }
}

/// Reads lines from a socket.
private struct LineReader {
    let descriptor: CInt
    private var buffer: [UInt8] = []

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    mutating func next() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer[..<end]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                let text = String(decoding: line, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return text
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }

    /// The lines up to the single dot, the doubled dots undone; nil where the client hung up before.
    mutating func message() -> String? {
        var text = ""
        while let line = next() {
            if line == "." { return text }
            text += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
        }
        return nil
    }
}
