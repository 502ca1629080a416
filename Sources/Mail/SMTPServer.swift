import Foundation

/// The mail server that takes our messages: where it is, how it is spoken to, and who we are to it.
///
/// Neither the user's name nor the password stands in the description.
package struct SMTPServer: Sendable, CustomStringConvertible {
    /// When the connection is encrypted.
    package enum Encryption: String, Sendable, CaseIterable {
        /// From the first octet (`smtps://`).
        case implicit
        /// By STARTTLS, without which nothing is sent (`smtp://`).
        case startTLS
        /// Never: the server is on this machine (`smtp://` on a loopback address).
        case none
    }

    /// The server's name or address, without brackets.
    package let host: String
    /// The server's port.
    package let port: Int
    /// When the connection is encrypted.
    package let encryption: Encryption
    /// The name by which this side greets the server (`EHLO`), or nil for the machine's own.
    package let clientName: String?
    /// A file of certificates (PEM) to trust in place of the system's, or nil.
    package let certificatesFile: String?
    /// The user, or nil where the server asks for none.
    let user: String?
    /// The user's password.
    let password: String?

    /// The server of a URL, `smtp://` or `smtps://` with an optional user, a host and an optional port.
    ///
    /// Without a port, 587 with a user and 25 without, 465 for `smtps://`. STARTTLS is required except on a loopback host
    /// (127.0.0.0/8, ::1, localhost).
    ///
    /// - Parameters:
    ///   - url: the server, `smtp://rinda@mail.example.lv:587`. A password in it is refused: it would be logged.
    ///   - passwordFile: the file with the user's password; one line break at its end is not part of it.
    ///   - clientName: the name for `EHLO`.
    ///   - certificatesFile: certificates (PEM) to trust in place of the system's.
    ///   - encryption: in place of what the URL means; a host beyond loopback cannot be spoken to without encryption.
    /// - Throws: `MailError` (`invalidServer`, `passwordUnreadable`).
    package init(
        url: String, passwordFile: String? = nil, clientName: String? = nil, certificatesFile: String? = nil,
        encryption: Encryption? = nil
    ) throws(MailError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            scheme == "smtp" || scheme == "smtps"
        else { throw Self.refused("a mail server is written smtp://host:port or smtps://user@host:port") }
        guard parts.password == nil else {
            throw Self.refused("a password does not belong into the URL; name a file that holds it")
        }
        guard parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil else {
            throw Self.refused("a mail server's URL ends with the port")
        }
        let host = (parts.host ?? "").trimmingCharacters(in: ["[", "]"]).lowercased()
        guard Self.isHost(host) else { throw Self.refused("the URL names no host") }
        if let port = parts.port, !(1...65_535).contains(port) {
            throw Self.refused("a port is a number from 1 to 65535")
        }
        if let clientName, !Self.isHost(clientName) {
            throw Self.refused("the name for EHLO must be a domain name or an address")
        }
        let isLoopback = Self.isLoopback(host)
        let encryption = encryption ?? (scheme == "smtps" ? .implicit : isLoopback ? .none : .startTLS)
        guard encryption != .none || isLoopback else {
            throw Self.refused("only a server on this machine is spoken to without encryption")
        }
        self.host = host
        self.encryption = encryption
        self.clientName = clientName
        self.certificatesFile = certificatesFile
        self.user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        self.port = parts.port ?? (encryption == .implicit ? 465 : user == nil ? 25 : 587)
        switch (user, passwordFile) {
        case (.some, .some(let path)): self.password = try Self.password(in: path)
        case (.some, .none): throw Self.refused("a user needs a password; name the file that holds it")
        case (.none, _): self.password = nil
        }
    }

    /// The server without user or password, `smtp://mail.example.lv:587`.
    package var description: String {
        "\(encryption == .implicit ? "smtps" : "smtp")://\(urlHost):\(port)"
    }

    /// What libcurl connects to; the path is the name for `EHLO`.
    var transferURL: String {
        description + (clientName.map { "/\(PercentEncoding.encode($0))" } ?? "")
    }

    private var urlHost: String { host.contains(":") ? "[\(host)]" : host }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { HeaderText.isAlphanumeric($0) || "-.:_".utf8.contains($0) }
    }

    /// Whether a host is this machine by its very name: nothing that is said to it leaves the machine.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }

    private static func password(in path: String) throws(MailError) -> String {
        let content: Data
        do {
            content = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw MailError(
                .passwordUnreadable, "the password's file cannot be read; check that it exists and who may read it",
                context: path, cause: error)
        }
        guard var password = String(data: content, encoding: .utf8) else {
            throw MailError(.passwordUnreadable, "the password's file is not UTF-8 text", context: path)
        }
        // One character in Swift, whether it is LF or CR LF.
        if password.last?.isNewline == true { password.removeLast() }
        guard !password.isEmpty, !password.contains("\0") else {
            throw MailError(.passwordUnreadable, "the password's file is empty or holds a NUL", context: path)
        }
        return password
    }

    private static func refused(_ message: String) -> MailError {
        MailError(.invalidServer, message, context: "SMTP server")
    }
}

/// How long each stage of a delivery may take.
package struct SMTPTimeouts: Hashable, Sendable {
    /// From the first packet until the session is ready for a message: name, connection, encryption and login together.
    package let connect: Duration
    /// Until the server answers one command. libcurl counts whole seconds; fractions are rounded up.
    package let reply: Duration
    /// One delivery in all, the waiting for a free connection not counted.
    package let total: Duration

    /// Timeouts of a delivery; the defaults are far above what healthy servers need and below RFC 5321's, because a
    /// delivery can be tried again.
    package init(
        connect: Duration = .seconds(20), reply: Duration = .seconds(60), total: Duration = .seconds(180)
    ) {
        self.connect = connect
        self.reply = reply
        self.total = total
    }
}
