import Foundation
import Logging
import Testing

@testable import Service

@Suite("Configuration")
struct ConfigurationTests {
    /// A YAML file for the length of a test.
    private func withFile<R>(_ text: String, _ body: (String) throws -> R) throws -> R {
        let path = FileManager.default.temporaryDirectory.appending(path: "rinda-\(UUID().uuidString).yaml").path
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func faults(_ environment: [String: String]) -> [String] {
        let error = #expect(throws: ConfigurationError.self) { try RindaConfiguration(environment: environment) }
        return error?.faults.map(\.description) ?? []
    }

    @Test("without anything set the defaults hold")
    func defaults() throws {
        let configuration = try RindaConfiguration(environment: [:])
        #expect(configuration.databaseURL == nil)
        #expect(configuration.workerQueues == nil)
        #expect(configuration.lease == .seconds(30))
        #expect(configuration.drainTimeout == .seconds(60))
        #expect(configuration.pollInterval == .seconds(2))
        #expect(configuration.smtp == nil && configuration.mailDomain == nil && configuration.archivePath == nil)
        #expect(configuration.timezone == "Europe/Riga")
        #expect(configuration.logLevel == .info)
        let error = #expect(throws: ConfigurationError.self) { try configuration.requireDatabaseURL() }
        #expect(error?.description.contains("RINDA_DATABASE_URL") == true)
    }

    @Test("every key is read from the environment under its name")
    func environment() throws {
        let configuration = try RindaConfiguration(environment: [
            "RINDA_DATABASE_URL": "host=/run/pg dbname=rinda", "RINDA_WORKER_QUEUES": "monitoring:4, mail:2",
            "RINDA_WORKER_LEASE": "2", "RINDA_WORKER_DRAIN_TIMEOUT": "0", "RINDA_POLL_INTERVAL": "0.1",
            "RINDA_SMTP_URL": "smtps://user@mail.example.lv:465", "RINDA_SMTP_PASSWORD_FILE": "/run/secret",
            "RINDA_SMTP_FROM": "di@example.lv", "RINDA_MAIL_DOMAIN": "example.lv", "RINDA_ARCHIVE_PATH": "/srv/archive",
            "RINDA_MAIL_UNCERTAIN": "Hold", "RINDA_MAIL_HOURS": "always",
            "RINDA_TIMEZONE": "America/Argentina/Buenos_Aires", "RINDA_LOG_LEVEL": "DEBUG", "RINDA_OTHER": "x",
        ])
        #expect(configuration.databaseURL == "host=/run/pg dbname=rinda")
        #expect(
            configuration.workerQueues == [
                QueueAllotment(queue: "monitoring", handlers: 4), QueueAllotment(queue: "mail", handlers: 2),
            ])
        #expect(configuration.lease == .seconds(2))
        #expect(configuration.drainTimeout == .zero)
        #expect(configuration.pollInterval == .milliseconds(100))
        #expect(
            configuration.smtp
                == SMTPConfiguration(
                    url: "smtps://user@mail.example.lv:465", passwordFile: "/run/secret", from: "di@example.lv"))
        #expect(configuration.mailDomain == "example.lv")
        // The journal lies beside the archive unless it is given a place.
        #expect(configuration.mailJournal == "/srv/archive.mail-journal" && configuration.mailUncertain == .hold)
        #expect(configuration.mailHours == .always)
        #expect(configuration.archivePath == "/srv/archive")
        #expect(configuration.timezone == "America/Argentina/Buenos_Aires")
        #expect(configuration.logLevel == .debug)
    }

    @Test("the file is read, lists and numbers too, and the environment wins over it")
    func file() throws {
        let text = """
            # comment
            database:
              url: postgresql:///from-file
            worker:
              queues: [monitoring:4, mail:2]
              lease: 12.5
              drainTimeout: 7
            poll: {interval: 0.5}
            smtp: {url: "smtp://localhost:2525", from: di@example.lv, passwordFile: }
            log: {level: warning}
            """
        try withFile(text) { path in
            let configuration = try RindaConfiguration(environment: [
                "RINDA_CONFIG": path, "RINDA_DATABASE_URL": "postgresql:///from-environment", "RINDA_WORKER_LEASE": "",
            ])
            #expect(configuration.databaseURL == "postgresql:///from-environment")
            #expect(configuration.workerQueues?.map(\.queue) == ["monitoring", "mail"])
            #expect(configuration.lease == .milliseconds(12_500))
            #expect(configuration.drainTimeout == .seconds(7))
            #expect(configuration.pollInterval == .milliseconds(500))
            #expect(configuration.smtp?.url == "smtp://localhost:2525")
            #expect(configuration.smtp?.passwordFile == nil)
            #expect(configuration.logLevel == .warning)
        }
    }

    @Test("all faults are told at once, with key, origin and what is allowed")
    func allFaults() throws {
        try withFile("worker: {lease: 1}\npoll: {interval: [1, 2]}\nlog: {level: {a: b}}\n") { path in
            let found = faults([
                "RINDA_CONFIG": path, "RINDA_WORKER_DRAIN_TIMEOUT": "soon", "RINDA_TIMEZONE": "Europe Riga",
                "RINDA_WORKER_QUEUES": "mail",
            ])
            #expect(found.count == 5)
            #expect(
                found[0].hasPrefix("worker.queues: \"mail\" from RINDA_WORKER_QUEUES") && found[0].contains("QUEUE:N"))
            #expect(
                found[1].hasPrefix("worker.lease: \"1\" from worker.lease in \(path)")
                    && found[1].contains("from 2 to 3600"))
            #expect(found[2].hasPrefix("worker.drainTimeout: \"soon\" from RINDA_WORKER_DRAIN_TIMEOUT"))
            #expect(found[3].hasPrefix("poll.interval: \"1,2\"") && found[3].contains("from 0.1 to 3600"))
            #expect(found[4].hasPrefix("timezone: \"Europe Riga\" from RINDA_TIMEZONE") && found[4].contains("IANA"))
        }
    }

    @Test(
        "a value outside what is allowed is refused",
        arguments: [
            ("RINDA_WORKER_LEASE", "1.9"), ("RINDA_WORKER_LEASE", "nan"), ("RINDA_WORKER_LEASE", "inf"),
            ("RINDA_WORKER_LEASE", "30s"), ("RINDA_WORKER_DRAIN_TIMEOUT", "-1"), ("RINDA_POLL_INTERVAL", "0.09"),
            ("RINDA_WORKER_QUEUES", "mail:0"), ("RINDA_WORKER_QUEUES", "mail:1,"), ("RINDA_WORKER_QUEUES", "Mail:1"),
            ("RINDA_WORKER_QUEUES", "mail:1,mail:2"), ("RINDA_WORKER_QUEUES", "mail:1:2"),
            ("RINDA_WORKER_QUEUES", "mail:1001"),
            ("RINDA_SMTP_URL", "mail.example.lv"), ("RINDA_SMTP_URL", "http://mail.example.lv"),
            ("RINDA_SMTP_URL", "smtp://"),
            ("RINDA_SMTP_URL", "smtp://host:0"), ("RINDA_SMTP_URL", "smtp://host:port"),
            ("RINDA_SMTP_URL", "smtp://a@b@c"),
            ("RINDA_SMTP_URL", "smtp://[1]:25"), ("RINDA_SMTP_URL", "smtp://host/path"), ("RINDA_SMTP_FROM", "di"),
            ("RINDA_SMTP_FROM", "d i@example.lv"), ("RINDA_MAIL_DOMAIN", "exa mple"), ("RINDA_MAIL_DOMAIN", "a..b"),
            ("RINDA_LOG_LEVEL", "loud"), ("RINDA_TIMEZONE", "/etc"),
        ])
    func refused(variable: String, value: String) {
        let found = faults([variable: value])
        #expect(found.count == 1)
        #expect(found.first?.contains(variable) == true)
    }

    @Test(
        "a value within what is allowed is accepted",
        arguments: [
            ("RINDA_SMTP_URL", "smtp://localhost"), ("RINDA_SMTP_URL", "smtp://127.0.0.1:2525/"),
            ("RINDA_SMTP_URL", "smtps://user@[::1]:465"), ("RINDA_TIMEZONE", "Etc/GMT+3"),
            ("RINDA_LOG_LEVEL", "critical"),
            ("RINDA_WORKER_QUEUES", "a.b-c_1:1000"),
        ])
    func accepted(variable: String, value: String) throws {
        _ = try RindaConfiguration(environment: [variable: value])
    }

    @Test("a password in the mail server's URL is refused and not repeated")
    func password() {
        let found = faults(["RINDA_SMTP_URL": "smtp://user:hunter2@mail.example.lv"])
        #expect(found.first?.contains("smtp.passwordFile") == true)
        #expect(found.first?.contains("hunter2") == false)
    }

    @Test("a file that is named and missing, or is not YAML, is a clear error")
    func badFile() throws {
        let missing = faults(["RINDA_CONFIG": "/nonexistent/rinda.yaml"])
        #expect(missing.first?.contains("/nonexistent/rinda.yaml") == true)
        for text in ["just words", "- a\n- b\n", "a: [unclosed"] {
            try withFile(text) { path in
                let broken = faults(["RINDA_CONFIG": path])
                #expect(broken.first?.contains(path) == true)
            }
        }
    }
}
