import Mail
import Registry
import Service
import Synchronization

/// The way to the mail server as configured. The client is made with the first notice: a worker without a mail server
/// serves everything else.
final class PostOffice: Sendable {
    /// How many messages are delivered at a time: few servers like more connections from one host.
    private static let connections = 2

    private let smtp: SMTPConfiguration?
    private let domain: String?
    private let journalPath: String?
    /// What becomes of a notice that an earlier attempt may have delivered.
    let uncertain: UncertainDelivery
    /// Whether notices wait for office hours.
    let keepsHours: Bool
    private let made = Mutex<SMTPClient?>(nil)
    /// One a connection: who waits for one has not begun to send.
    let turns = Turns(connections)
    private let opened = Mutex<DeliveryJournal?>(nil)

    /// The post office of a configuration.
    init(_ configuration: RindaConfiguration) {
        smtp = configuration.smtp
        domain = configuration.mailDomain
        journalPath = configuration.mailJournal
        uncertain = configuration.mailUncertain == .hold ? .hold : .resend
        keepsHours = configuration.mailHours == .office
    }

    /// The journal of what mail servers took, opened with the first notice; nil where none is configured.
    ///
    /// - Throws: `MailError` (`journalUnusable`).
    func journal() throws -> DeliveryJournal? {
        guard let journalPath else { return nil }
        return try opened.withLock { journal in
            if let journal { return journal }
            let new = try DeliveryJournal(path: journalPath)
            journal = new
            return new
        }
    }

    /// The client of the mail server.
    ///
    /// - Throws: `MissingSetting`, `MailError`.
    func client() throws -> SMTPClient {
        guard let smtp else {
            throw MissingSetting("RINDA_SMTP_URL is not set: notices cannot be sent; set it to the mail server's URL")
        }
        return try made.withLock { client in
            if let client { return client }
            let server = try SMTPServer(url: smtp.url, passwordFile: smtp.passwordFile)
            let new = try SMTPClient(server, connections: Self.connections)
            client = new
            return new
        }
    }

    /// The role address that notices come from.
    ///
    /// - Throws: `MissingSetting`, `MailError`.
    func sender() throws -> MailAddress {
        guard let from = smtp?.from else {
            throw MissingSetting("RINDA_SMTP_FROM is not set: notices cannot be sent; set it to a role's address")
        }
        return try MailAddress(from)
    }

    /// The right-hand side of Message-IDs.
    ///
    /// - Throws: `MissingSetting`.
    func messageDomain() throws -> String {
        guard let domain else {
            throw MissingSetting(
                "RINDA_MAIL_DOMAIN is not set: a notice is recognised by its Message-ID, which ends with a domain of the "
                    + "region's own; set it once and for ever")
        }
        return domain
    }
}
