package import Civil
import Foundation
package import Logging
package import Postgres
import Synchronization

/// What one attempt logs, kept in memory until its end is written: the first lines and the last ones, within a bound,
/// so that a handler that floods its log costs neither memory nor disk.
package final class AttemptLog: Sendable {
    /// The number of lines kept from the beginning, and again from the end.
    package static let linesKept = 100
    /// The length of a line in characters, its metadata included.
    package static let lineLength = 1_000

    private struct State {
        var first: [LogLine] = []
        var last: [LogLine] = []
        /// Where the oldest of the last lines stands.
        var oldest = 0
        var dropped = 0
        /// The lines as they came.
        var ordered: [LogLine] { first + last[oldest...] + last[..<oldest] }
    }

    private let state = Mutex<State?>(nil)

    /// A log without lines.
    package init() {}

    /// Notes a line.
    package func append(_ line: LogLine) {
        state.withLock { state in
            var lines = state ?? State()
            if lines.first.count < Self.linesKept {
                lines.first.append(line)
            } else if lines.last.count < Self.linesKept {
                lines.last.append(line)
            } else {
                lines.last[lines.oldest] = line
                lines.oldest = (lines.oldest + 1) % Self.linesKept
                lines.dropped += 1
            }
            state = lines
        }
    }

    /// The lines that are kept, as they came.
    package var lines: [LogLine] { state.withLock { $0?.ordered ?? [] } }

    /// Takes what was logged since the last time, or nil where there is nothing.
    func take(for job: ClaimedJob) -> AttemptLogEntry? {
        guard
            let lines = state.withLock({ state -> State? in
                defer { state = nil }
                return state
            })
        else { return nil }
        let data = (try? JSONEncoder().encode(lines.ordered)) ?? Data("[]".utf8)
        return AttemptLogEntry(
            jobID: job.id, lease: job.lease, attempt: job.attempt, lines: JSON(String(decoding: data, as: UTF8.self)),
            dropped: lines.dropped)
    }
}

/// One line that a handler logged.
package struct LogLine: Codable, Hashable, Sendable {
    /// When, by the process's own clock: an instant in ISO 8601.
    package let at: String
    /// The level's name.
    package let level: String
    /// The message.
    package let message: String
    /// What was given beside it.
    package let metadata: [String: String]?

    /// A line within its bounds, without characters that the database cannot store.
    package init(at: Timestamp, level: Logger.Level, message: String, metadata: Logger.Metadata?) {
        self.at = "\(at)"
        self.level = level.rawValue
        self.message = Self.storable(message, within: AttemptLog.lineLength)
        var left = AttemptLog.lineLength - self.message.count
        var kept: [String: String] = [:]
        for (key, value) in (metadata ?? [:]).sorted(by: { $0.key < $1.key }) where left > 0 {
            kept[Self.storable(key, within: 100)] = Self.storable("\(value)", within: left)
            left -= "\(value)".count
        }
        self.metadata = kept.isEmpty ? nil : kept
    }

    private static func storable(_ text: String, within limit: Int) -> String {
        String(text.prefix(limit)).replacing("\0", with: "\u{FFFD}")
    }
}

/// The lines of one attempt on their way to the database.
struct AttemptLogEntry: Sendable {
    let jobID: Int64
    let lease: Int64
    let attempt: Int
    let lines: JSON
    let dropped: Int
}

/// Passes everything on to another logger and keeps it for the attempt.
struct AttemptLogHandler: LogHandler {
    private var base: Logger
    private let log: AttemptLog

    init(base: Logger, log: AttemptLog) {
        self.base = base
        self.log = log
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        base.log(
            level: event.level, event.message, metadata: metadata.merging(event.metadata ?? [:]) { $1 },
            source: event.source, file: event.file, function: event.function, line: event.line)
        let now = Timestamp(microseconds: Int64((Date().timeIntervalSince1970 - 946_684_800) * 1_000_000))
        log.append(LogLine(at: now, level: event.level, message: "\(event.message)", metadata: event.metadata))
    }
}

/// Keeps the lines of attempts, one row each.
func writeAttemptLogs(_ entries: [AttemptLogEntry], on connection: inout some Querying & ~Copyable) async throws {
    try await connection.execute(
        """
        select rinda.log(\(entries.map(\.jobID)), \(entries.map(\.lease)), \(entries.map { Int32(clamping: $0.attempt) }),
                         \(entries.map(\.lines)), \(entries.map { Int32(clamping: $0.dropped) }))
        """)
}

/// What an attempt of a job logged.
package struct AttemptLogRecord: Sendable {
    /// The attempt.
    package let attempt: Int
    /// Its token.
    package let lease: Int64
    /// When it was written.
    package let loggedAt: Timestamp
    /// The lines, oldest first.
    package let lines: [LogLine]
    /// How many lines in the middle were not kept.
    package let dropped: Int
}

/// Reads what the attempts of a job logged, the oldest first. Index: `attempt_log_job`.
package func readAttemptLogs(
    job id: Int64, on connection: inout some Querying & ~Copyable
) async throws -> [AttemptLogRecord] {
    try await connection.query(
        """
        select attempt, lease, logged_at, lines, dropped
          from rinda.attempt_log where job_id = \(id) order by lease, logged_at
        """
    ).map { row in
        let lines = try row.decode(3, as: JSON.self).text
        return AttemptLogRecord(
            attempt: Int(try row.decode(0, as: Int32.self)), lease: try row.decode(1, as: Int64.self),
            loggedAt: try row.decode(2, as: Timestamp.self),
            lines: try JSONDecoder().decode([LogLine].self, from: Data(lines.utf8)),
            dropped: Int(try row.decode(4, as: Int32.self)))
    }
}
