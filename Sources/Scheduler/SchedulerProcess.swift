import Logging
import Postgres
import Service

/// The life of one scheduler process: serve until told to end, then end within a moment.
enum SchedulerProcess {
    static let program = "rinda-scheduler"
    /// After a signal the process is gone in five seconds, whatever the database does; this leaves it one to spare.
    private static let patience = Duration.seconds(4)

    /// Serves until told to end; says how it went.
    static func run(_ configuration: RindaConfiguration) async -> ExitStatus {
        let url: String
        do {
            url = try configuration.requireDatabaseURL()
        } catch {
            complain("\(error)")
            return .wrongUsage
        }
        DaemonLog.bootstrap(level: configuration.logLevel)
        let logger = Logger(label: program)
        let signals = Signals.termination()
        // A statement without an answer for the length of a lease is given up, whatever TCP says; one that is cancelled
        // has a second to end.
        let settings = ConnectionSettings(
            url, applicationName: program, answerTimeout: configuration.lease, cancelGrace: .seconds(1))
        let loop = Task {
            var loop = TickLoop(settings: settings, longestPause: configuration.pollInterval, logger: logger)
            return await loop.run()
        }
        Task {
            for await signal in signals {
                logger.notice("\(signal.rawValue) received: ending")
                Systemd.notify(.stopping)
                loop.cancel()
                try? await Task.sleep(for: patience)
                logger.warning("the database did not answer in time: ending all the same")
                leave(.done)
            }
        }
        return await loop.value
    }
}
