/// What the command line of `rinda-scheduler` asks for.
enum SchedulerOptions: Equatable {
    /// Serve until told to stop.
    case serve
    /// Print the help.
    case help
    /// Print the version.
    case version

    /// What the arguments ask for, the program's name not among them.
    ///
    /// - Throws: `UsageError` for anything unknown: a misspelt option must not start a scheduler.
    init(_ arguments: [String]) throws(UsageError) {
        var asked = SchedulerOptions.serve
        for argument in arguments {
            switch argument {
            case "--help", "-h":
                self = .help
                return
            case "--version": asked = .version
            default: throw UsageError(argument: argument)
            }
        }
        self = asked
    }

    /// The text of `--help`.
    static let helpText = """
        Usage: rinda-scheduler [--help] [--version]

        Enqueues the jobs of schedules when they are due, takes back jobs that lost their worker, and forgets what is old.
        Any number may run on one database: each tick is enqueued once. SIGTERM or SIGINT ends it.

        Settings come from the environment, which wins, and from the YAML file that RINDA_CONFIG names:
          RINDA_DATABASE_URL    libpq connection string or URI; the only setting that must be there
          RINDA_WORKER_LEASE    seconds after which a statement without an answer is given up (30)
          RINDA_POLL_INTERVAL   at most so many seconds between looks, where that is less than one (2)
          RINDA_LOG_LEVEL       trace, debug, info, notice, warning, error or critical (info)

        Exit codes: 0 told to end; 1 the database cannot be worked with; 64 wrong usage or configuration.
        """
}

/// An argument that the program does not know.
struct UsageError: Error, Equatable, CustomStringConvertible {
    /// The argument.
    let argument: String

    var description: String { "unknown argument \"\(argument)\"; see rinda-scheduler --help" }
}
