import FoundationEssentials
package import Logging

/// How many jobs of a queue a worker runs at a time.
package struct QueueAllotment: Hashable, Sendable {
    /// The queue's name.
    package let queue: String
    /// The number of handlers at a time in one process.
    package let handlers: Int

    /// An allotment of handlers to a queue.
    package init(queue: String, handlers: Int) {
        self.queue = queue
        self.handlers = handlers
    }
}

/// How to reach the mail server.
package struct SMTPConfiguration: Hashable, Sendable {
    /// `smtp://` or `smtps://`, with a user but never a password.
    package let url: String
    /// The file that holds the password; nil where the server asks for none.
    package let passwordFile: String?
    /// The sender's address.
    package let from: String?
}

/// When notices go out.
package enum MailHours: String, Sendable, CaseIterable {
    /// In office hours of working days (`docs/domain.md` §12).
    case office
    /// At any time: for demonstrations and tests, where nobody reads them.
    case always
}

/// What is done with a notice that an attempt may have sent before it died, where nobody can know.
package enum UncertainMail: String, Sendable, CaseIterable {
    /// It is sent again under the same Message-ID.
    case resend
    /// It waits for a person.
    case hold
}

/// What the programs are told from outside: a YAML file and the environment, which wins.
///
/// | key | environment | allowed | default |
/// | --- | --- | --- | --- |
/// | (none) | `RINDA_CONFIG` | path of the YAML file | no file |
/// | `database.url` | `RINDA_DATABASE_URL` | libpq connection string or URI | none |
/// | `worker.queues` | `RINDA_WORKER_QUEUES` | `QUEUE:N,…`, N from 1 to 1000 | every queue of the catalogue |
/// | `worker.lease` | `RINDA_WORKER_LEASE` | seconds, 2 to 3600 | 30 |
/// | `worker.drainTimeout` | `RINDA_WORKER_DRAIN_TIMEOUT` | seconds, 0 to 86400 | 60 |
/// | `poll.interval` | `RINDA_POLL_INTERVAL` | seconds, 0.1 to 3600 | 2 |
/// | `smtp.url` | `RINDA_SMTP_URL` | `smtp://` or `smtps://user@host:port` | none |
/// | `smtp.passwordFile` | `RINDA_SMTP_PASSWORD_FILE` | path | none |
/// | `smtp.from` | `RINDA_SMTP_FROM` | e-mail address | none |
/// | `mail.domain` | `RINDA_MAIL_DOMAIN` | domain name | none |
/// | `mail.journal` | `RINDA_MAIL_JOURNAL` | path of a file | `archive.path` with `.mail-journal` |
/// | `mail.uncertain` | `RINDA_MAIL_UNCERTAIN` | resend, hold | resend |
/// | `mail.hours` | `RINDA_MAIL_HOURS` | office, always | office |
/// | `archive.path` | `RINDA_ARCHIVE_PATH` | path of a folder | none |
/// | `timezone` | `RINDA_TIMEZONE` | IANA name | Europe/Riga |
/// | `log.level` | `RINDA_LOG_LEVEL` | trace, debug, info, notice, warning, error, critical | info |
package struct RindaConfiguration: Sendable {
    /// How to reach the database. May hold a password: never log it.
    package let databaseURL: String?
    /// The queues that a worker serves; nil is every queue of the catalogue.
    package let workerQueues: [QueueAllotment]?
    /// How long a claim lasts without a heartbeat, and the most that a daemon waits for an answer of the database.
    package let lease: Duration
    /// How long a worker lets its running jobs go on when it is told to end.
    package let drainTimeout: Duration
    /// How often is looked for work where no notification comes.
    package let pollInterval: Duration
    /// The mail server; nil where none is configured.
    package let smtp: SMTPConfiguration?
    /// The domain of message identifiers; nil where none is configured.
    package let mailDomain: String?
    /// The file in which is written what mail servers took; nil where neither it nor the archive is configured. All
    /// processes that send must see the same one.
    package let mailJournal: String?
    /// What is done with a notice that may have been sent.
    package let mailUncertain: UncertainMail
    /// When notices go out.
    package let mailHours: MailHours
    /// The folder of archived packages; nil where none is configured.
    package let archivePath: String?
    /// The IANA name of the zone in which dates and schedules are meant.
    package let timezone: String
    /// From which level on is logged.
    package let logLevel: Logger.Level

    /// Reads the configuration of this process.
    ///
    /// - Throws: ``ConfigurationError`` with all faults at once.
    package static func load() throws(ConfigurationError) -> RindaConfiguration {
        try RindaConfiguration(environment: ProcessInfo.processInfo.environment)
    }

    /// Reads the configuration of an environment, and of the file that it names.
    ///
    /// - Throws: ``ConfigurationError`` with all faults at once.
    package init(environment: [String: String]) throws(ConfigurationError) {
        var reader = ConfigurationReader(try ConfigurationSource(environment: environment))
        databaseURL = reader.text("database.url")
        workerQueues = reader.queues("worker.queues")
        lease = reader.seconds("worker.lease", in: 2...3600) ?? .seconds(30)
        drainTimeout = reader.seconds("worker.drainTimeout", in: 0...86_400) ?? .seconds(60)
        pollInterval = reader.seconds("poll.interval", in: 0.1...3600) ?? .seconds(2)
        smtp = reader.smtp()
        mailDomain = reader.domain("mail.domain")
        let archive = reader.text("archive.path")
        archivePath = archive
        mailJournal = reader.text("mail.journal") ?? archive.map { "\(Self.withoutSlashes($0)).mail-journal" }
        mailUncertain = reader.choice("mail.uncertain", of: UncertainMail.self) ?? .resend
        mailHours = reader.choice("mail.hours", of: MailHours.self) ?? .office
        timezone = reader.zone("timezone") ?? "Europe/Riga"
        logLevel = reader.level("log.level") ?? .info
        guard reader.faults.isEmpty else { throw ConfigurationError(reader.faults) }
    }

    private static func withoutSlashes(_ path: String) -> Substring {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }

    /// The database's URL, for a program that cannot do without.
    ///
    /// - Throws: ``ConfigurationError`` where it is not set.
    package func requireDatabaseURL() throws(ConfigurationError) -> String {
        guard let databaseURL else {
            throw ConfigurationError([
                .init(
                    .missing, key: "database.url",
                    "not set; set RINDA_DATABASE_URL to a libpq connection string or URI, such as postgresql:///rinda")
            ])
        }
        return databaseURL
    }
}
