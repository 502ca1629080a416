/// How far a delivery came: the stages of an SMTP session, in order.
package enum DeliveryStage: String, Sendable, CaseIterable, Comparable {
    /// Waiting for a free connection of ours.
    case queued
    /// Finding the server's address and connecting to it.
    case connection
    /// The handshake of an encrypted connection.
    case encryption
    /// The server's first words.
    case greeting
    /// Our name and the server's abilities (`EHLO`, `HELO`).
    case hello
    /// The request to encrypt (`STARTTLS`).
    case startTLS
    /// The login (`AUTH`).
    case authentication
    /// The envelope's sender (`MAIL FROM`).
    case sender
    /// The recipient (`RCPT TO`).
    case recipient
    /// The request to send the message (`DATA`).
    case data
    /// The message itself, not yet complete.
    case content
    /// The message is sent and the server has to say whether it takes it.
    case acceptance

    package static func < (left: DeliveryStage, right: DeliveryStage) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

/// A server's answer.
package struct SMTPReply: Hashable, Sendable {
    /// The reply code (RFC 5321, section 4.2), 250.
    package let code: Int
    /// The enhanced status code (RFC 3463), `5.1.1`, where the server gave one.
    package let enhancedCode: String?
    /// The answer's last line without its codes. A server may repeat an address in it: for the ledger, not for logs.
    package let text: String

    /// An answer of a code, an enhanced code and a text.
    package init(code: Int, enhancedCode: String? = nil, text: String = "") {
        self.code = code
        self.enhancedCode = enhancedCode
        self.text = text
    }
}

/// What became of one attempt at delivering a message.
package enum DeliveryResult: Hashable, Sendable {
    /// The server has taken the message: it is its own now.
    case accepted(SMTPReply)
    /// The server refused for now (4xx): try again later.
    case temporarilyRefused(SMTPReply, at: DeliveryStage)
    /// The server refused for good (5xx): the same message will be refused again.
    case permanentlyRefused(SMTPReply, at: DeliveryStage)
    /// No connection, or it was lost.
    case unreachable(at: DeliveryStage, detail: String)
    /// The server did not answer in time.
    case timedOut(at: DeliveryStage)
    /// The connection could not be encrypted, or the server could not prove who it is.
    case tlsFailed(at: DeliveryStage, detail: String)
    /// The caller's task was cancelled.
    case cancelled(at: DeliveryStage)

    /// How far the delivery came.
    package var stage: DeliveryStage {
        switch self {
        case .accepted: .acceptance
        case .temporarilyRefused(_, let stage), .permanentlyRefused(_, let stage), .unreachable(let stage, _),
            .timedOut(let stage), .tlsFailed(let stage, _), .cancelled(let stage):
            stage
        }
    }

    /// Whether nobody can know from this side that the server has *not* taken the message: all of it was sent and no
    /// answer came. Sending again may deliver it twice (RFC 5321, section 4.2.5, and RFC 1047).
    package var mayHaveBeenAccepted: Bool {
        switch self {
        case .unreachable(.acceptance, _), .timedOut(.acceptance), .cancelled(.acceptance): true
        default: false
        }
    }

    /// Whether the refusal is about this sender, recipient or message, and not about the connection, the login or the
    /// server as a whole: only then does a permanent refusal say something about the notice.
    package var concernsMessage: Bool {
        switch self {
        case .temporarilyRefused(_, let stage), .permanentlyRefused(_, let stage): stage >= .sender
        default: false
        }
    }

    /// Whether the same message may be tried again later. A permanent refusal that is not about the message (a wrong
    /// password, a server that takes no mail) lasts until somebody acts, so it may be.
    package var mayBeRetried: Bool {
        switch self {
        case .accepted: false
        case .permanentlyRefused: !concernsMessage
        default: true
        }
    }
}

extension DeliveryResult: CustomStringConvertible {
    /// The outcome with codes and stage, without the server's words: fit for logs.
    package var description: String {
        switch self {
        case .accepted(let reply): "accepted (\(reply.codes))"
        case .temporarilyRefused(let reply, let stage): "refused for now at \(stage.rawValue) (\(reply.codes))"
        case .permanentlyRefused(let reply, let stage): "refused for good at \(stage.rawValue) (\(reply.codes))"
        case .unreachable(let stage, let detail): "unreachable at \(stage.rawValue): \(detail)"
        case .timedOut(let stage): "timed out at \(stage.rawValue)"
        case .tlsFailed(let stage, let detail): "TLS failed at \(stage.rawValue): \(detail)"
        case .cancelled(let stage): "cancelled at \(stage.rawValue)"
        }
    }
}

extension SMTPReply {
    /// Both codes, `550 5.1.1`.
    var codes: String { enhancedCode.map { "\(code) \($0)" } ?? String(code) }
}
