/// What the command line of `rinda-worker` asks for.
enum WorkerOptions: Equatable {
    /// Serve until told to stop.
    case serve
    /// Run one suspected crasher and nothing else, then end; how a worker starts itself, not meant for people.
    case alone
    /// Print the help.
    case help
    /// Print the version.
    case version

    /// What the arguments ask for, the program's name not among them.
    ///
    /// - Throws: `UsageError` for anything unknown: a misspelt option must not start a worker.
    init(_ arguments: [String]) throws(UsageError) {
        var asked = WorkerOptions.serve
        for argument in arguments {
            switch argument {
            case "--help", "-h":
                self = .help
                return
            case "--version": asked = .version
            case "--alone": asked = .alone
            default: throw UsageError(argument: argument)
            }
        }
        self = asked
    }

    /// The text of `--help`.
    static let helpText = """
        Usage: rinda-worker [--help] [--version]

        Runs jobs until told to stop: claims them from the database, runs their handlers, and takes over what other
        workers lost. SIGTERM or SIGINT begins a drain: running jobs may finish, the rest is given back; a second signal
        ends at once.

        Settings come from the environment, which wins, and from the YAML file that RINDA_CONFIG names:
          RINDA_DATABASE_URL          libpq connection string or URI; the only setting that must be there
          RINDA_WORKER_QUEUES         QUEUE:N,… with N jobs at a time; default: every queue of the catalogue, 10 each
          RINDA_WORKER_LEASE          seconds without a sign of life before others take over (30)
          RINDA_WORKER_DRAIN_TIMEOUT  seconds that running jobs get to finish after SIGTERM (60)
          RINDA_POLL_INTERVAL         seconds between looks for work while no notification comes (2)
          RINDA_SMTP_URL, RINDA_SMTP_PASSWORD_FILE, RINDA_SMTP_FROM, RINDA_MAIL_DOMAIN   how notices are sent
          RINDA_MAIL_JOURNAL          the file of what mail servers took (RINDA_ARCHIVE_PATH with .mail-journal)
          RINDA_MAIL_UNCERTAIN        resend or hold a notice that may have been sent (resend)
          RINDA_MAIL_HOURS            office hours of working days, or always (office)
          RINDA_ARCHIVE_PATH          the folder of archived reports
          RINDA_TIMEZONE              the zone of local dates (Europe/Riga)
          RINDA_LOG_LEVEL             trace, debug, info, notice, warning, error or critical (info)

        Exit codes: 0 after a drain; 1 not everything could be settled, or the database cannot be worked with; 64 wrong
        usage or configuration.
        """
}

/// An argument that the program does not know.
struct UsageError: Error, Equatable, CustomStringConvertible {
    /// The argument.
    let argument: String

    var description: String { "unknown argument \"\(argument)\"; see rinda-worker --help" }
}
