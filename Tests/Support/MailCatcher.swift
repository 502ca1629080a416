import Foundation
import Synchronization

/// A mail server that keeps what it is sent and answers as told.
package final class MailCatcher: Sendable {
    /// What becomes of a message.
    package enum Answer: Sendable {
        /// Taken.
        case accept
        /// Refused when the recipient is named, with this reply.
        case refuse(String)
        /// Taken, and the connection dropped before that is said.
        case acceptInSilence
    }

    /// A message that was taken.
    package struct Message: Sendable {
        /// The address to which it was sent.
        package let recipient: String
        /// Its octets as text.
        package let text: String

        /// The value of a header that stands on one line.
        package func header(_ name: String) -> String? {
            let lines = text.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1)[0].split(
                separator: "\n")
            return lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    /// The port on 127.0.0.1.
    package let port: Int
    private let listener: Int32
    private let kept = Mutex<[Message]>([])
    private let answers: Mutex<[Answer]>
    private let pause: Double

    /// Serves on a free port of 127.0.0.1; the first messages get these answers, all later ones are taken.
    ///
    /// - Parameter pause: the seconds between having a message and saying so.
    package init(_ answers: Answer..., pause: Double = 0) throws {
        self.answers = Mutex(answers)
        self.pause = pause
        let end = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(end, pointer, length) == 0 && listen(end, 16) == 0 && getsockname(end, pointer, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        listener = end
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while case let peer = accept(end, nil, nil), peer >= 0 {
                Thread.detachNewThread { [self] in
                    serve(peer)
                    Foundation.close(peer)
                }
            }
            Foundation.close(end)
        }
    }

    /// Ends the server.
    package func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The messages taken so far, in order.
    package var messages: [Message] { kept.withLock { $0 } }

    private func serve(_ peer: Int32) {
        func say(_ line: String) -> Bool {
            let bytes = Array("\(line)\r\n".utf8)
            return send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
        var answer = Answer.accept
        var recipient = ""
        guard say("220 catcher.example.lv ESMTP") else { return }
        while let line = hear(peer) {
            switch line.prefix(4).uppercased() {
            case "EHLO": guard say("250 catcher.example.lv") else { return }
            case "RCPT":
                answer = answers.withLock { $0.isEmpty ? .accept : $0.removeFirst() }
                recipient = String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
                if case .refuse(let reply) = answer {
                    guard say(reply) else { return }
                } else {
                    guard say("250 2.1.5 ok") else { return }
                }
            case "DATA":
                guard say("354 go on") else { return }
                var lines: [String] = []
                while let line = hear(peer), line != "." { lines.append(line) }
                let message = Message(recipient: recipient, text: lines.joined(separator: "\r\n"))
                kept.withLock { $0.append(message) }
                if case .acceptInSilence = answer { return }
                Thread.sleep(forTimeInterval: pause)
                guard say("250 2.0.0 kept") else { return }
            case "QUIT":
                _ = say("221 bye")
                return
            default: guard say("250 ok") else { return }
            }
        }
    }

    private func hear(_ peer: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while recv(peer, &byte, 1, 0) == 1 {
            if byte == UInt8(ascii: "\n") {
                if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes.append(byte)
        }
        return nil
    }
}
