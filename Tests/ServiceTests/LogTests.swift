import Civil
import Foundation
import Logging
import Synchronization
import Testing

@testable import Service

@Suite("The log")
struct LogTests {
    /// Lines that a log wrote.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func logger(_ lines: Lines, level: Logger.Level = .trace, _ style: LogLine.Style = .json) -> Logger {
        Logger(label: "test") { DaemonLog(label: $0, level: level, style: style, write: lines.add) }
    }

    private func object(_ line: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    }

    @Test("each event is one JSON object on one line, whatever is in it")
    func json() throws {
        let lines = Lines()
        var logger = logger(lines)
        logger[metadataKey: "job.id"] = "7"
        logger.info("a \"b\"\n\u{1}\u{2028} ž", metadata: ["list": ["x", "y"], "queue": "mail"])
        let line = try #require(lines.all.first)
        #expect(line.hasSuffix("}\n") && line.split(separator: "\n").count == 1)
        let fields = try object(line)
        #expect(fields["message"] == "a \"b\"\n\u{1}\u{2028} ž")
        #expect(fields["level"] == "info")
        #expect(fields["logger"] == "test")
        #expect(fields["job.id"] == "7")
        #expect(fields["queue"] == "mail")
        #expect(Timestamp(iso: fields["time"] ?? "") != nil)
    }

    @Test("for people a line is text without control characters")
    func plain() {
        let line = LogLine.text(
            .plain, at: Timestamp(seconds: 0), level: .warning, label: "x", message: "two\nlines \u{1b}[31m",
            metadata: [("queue", "mail")])
        #expect(line == "2000-01-01T00:00:00Z WARNING two lines  [31m queue=mail\n")
    }

    @Test("what is below the level is not written")
    func level() {
        let lines = Lines()
        logger(lines, level: .warning).info("quiet")
        #expect(lines.all.isEmpty)
    }

    @Test("no line but the announcement contains its word, and a reader of JSON sees it all the same")
    func readyWord() throws {
        let lines = Lines()
        logger(lines).info("already there, not ready", metadata: ["ready": "ready"])
        let line = try #require(lines.all.first)
        #expect(!line.contains("ready"))
        let fields = try object(line)
        #expect(fields["message"] == "already there, not ready")
        #expect(fields["ready"] == "ready")
        for style in [LogLine.Style.json, .plain] {
            #expect(Readiness.line("rinda-scheduler", style: style).ranges(of: "ready").count == 1)
        }
        #expect(try object(Readiness.line("rinda-scheduler", style: .json))["message"] == "ready")
    }

    @Test(
        "what looks like a secret is masked",
        arguments: [
            "cannot reach postgresql://rinda:hunter2@db.example.lv/rinda", "conninfo host=x password=hunter2 dbname=y",
            "conninfo password = 'hunter2 \\' hunter2' x", "url smtp://user:hunter2@mail", "PASSWORD=hunter2",
            "token=hunter2",
        ])
    func secrets(text: String) throws {
        let lines = Lines()
        logger(lines).error("\(text)", metadata: ["smtp.password": "hunter2", "context": "\(text)"])
        let line = try #require(lines.all.first)
        #expect(!line.contains("hunter2"))
        #expect(line.contains("***"))
    }

    @Test(
        "what is no secret stays as it is",
        arguments: ["schedule a=b", "https://example.lv/?q=1", "user@example.lv", "no password"])
    func harmless(text: String) {
        #expect(Secrets.masked(text) == text)
    }
}
