import Civil
import Logging
import Migrations
import Postgres
import Queue
import Service

/// Evaluates schedules and maintains the queue, on one connection at a time, until it is cancelled.
struct TickLoop {
    /// No schedule waits longer than this for a tick of the same second, and no lost job for its rescue.
    private static let longestPause = Duration.seconds(1)
    /// Between two looks that found something to do; also what lets another scheduler finish what it holds.
    private static let shortestPause = Duration.milliseconds(20)
    private static let presenceInterval = Duration.seconds(5)

    private let settings: ConnectionSettings
    private let longestPause: Duration
    private let logger: Logger
    private var evaluator = ScheduleEvaluator(scheduler: ProcessIdentity.name)
    private var maintenance = Maintenance()
    private var hasServed = false
    private var backoff = Backoff()
    private var presentSince: ContinuousClock.Instant?
    private var aliveSince: ContinuousClock.Instant?

    init(settings: ConnectionSettings, longestPause: Duration, logger: Logger) {
        self.settings = settings
        self.longestPause = min(longestPause, Self.longestPause)
        self.logger = logger
    }

    /// Serves until cancelled. A database that cannot be reached is tried again for as long as it takes.
    mutating func run() async -> ExitStatus {
        while !Task.isCancelled {
            do {
                try await serve()
            } catch {
                if Task.isCancelled { break }
                if let reason = Self.hopeless(error, hasServed: hasServed) {
                    logger.critical("cannot work with the database: \(reason)")
                    return .failed
                }
                logger.warning("the database cannot be used, trying again: \(error)")
                await pause(backoff.next())
            }
        }
        if hasServed { await depart() }
        return .done
    }

    /// Serves on one connection until that fails or the task is cancelled.
    private mutating func serve() async throws {
        var connection = try await Connection.connect(settings)
        try await Migrator(Migrations.all).check(on: &connection)
        try await refuseTestDatabase(on: &connection)
        presentSince = nil
        while !Task.isCancelled {
            let wait = try await round(on: &connection)
            backoff.reset()
            if !hasServed {
                hasServed = true
                Readiness.announce(SchedulerProcess.program)
            }
            await pause(wait)
        }
    }

    /// Tells that this scheduler ends in good order, in a task of its own, since this one is cancelled.
    private func depart() async {
        let settings = settings
        await Task {
            guard var connection = try? await Connection.connect(settings) else { return }
            try? await Schedules.depart(ProcessIdentity.name, on: &connection)
        }.value
    }

    /// One look: due schedules, the scheduler's own sign of life, maintenance. Says how long the next can wait.
    private mutating func round(on connection: inout Connection) async throws -> Duration {
        let evaluation = try await evaluator.evaluate(on: &connection)
        EvaluationLog.write(evaluation, to: logger)
        if isDue(&presentSince, every: Self.presenceInterval) {
            try await Schedules.present(ProcessIdentity.name, version: Version.text, on: &connection)
        }
        try await maintenance.maintain(on: &connection, logger: logger)
        if let interval = Systemd.watchdogInterval, isDue(&aliveSince, every: interval) { Systemd.notify(.alive) }
        guard let next = evaluation.nextEvaluation else { return longestPause }
        return min(max(next.duration(since: evaluation.now), Self.shortestPause), longestPause)
    }

    /// Whether an interval has passed since the last time, which is then now.
    private func isDue(_ last: inout ContinuousClock.Instant?, every interval: Duration) -> Bool {
        let now = ContinuousClock.now
        if let last, now - last < interval { return false }
        last = now
        return true
    }

    private func pause(_ duration: Duration) async {
        // A cancelled pause is over, and the loop sees why.
        try? await Task.sleep(for: duration)
    }

    /// Why trying again would not help; nil where it may. Before the first success a wrong password or name of a database
    /// is somebody's mistake; afterwards it is a change under way. A schema that does not fit never mends itself.
    private static func hopeless(_ error: any Error, hasServed: Bool) -> String? {
        if let error = error as? QueueError, error.code == .testDatabase { return "\(error)" }
        guard let error = error as? PostgresError else { return nil }
        switch error.code {
        case .schemaMissing, .schemaTooOld, .schemaTooNew, .migrationChanged, .migrationGap, .serverTooOld:
            return "\(error)"
        default:
            return hasServed || error.isTransient ? nil : "\(error)"
        }
    }
}
