import ArgumentParser
import Service

/// The administrator's and operator's command.
@main
struct Rinda: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rinda",
        abstract: "Monitors a deinstitutionalisation plan: jobs, data, figures, reminders, reports.",
        discussion: """
            The database is named by RINDA_DATABASE_URL (a libpq connection string or URI) or by the file that \
            RINDA_CONFIG names. Reading commands take --json. Every act that changes something is recorded with the \
            database user who did it.

            Exit codes: 0 done; 1 refused or failed, nothing changed; 2 the job that was waited for did not complete; \
            3 and 4 what `doctor` found, warnings or worse; 64 wrong usage; 69 the database cannot be reached.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Data and figures:",
                subcommands: [
                    Import.self, Export.self, AttainmentCommand.self, AnswerQuestions.self, Submit.self,
                    FrameworkCommand.self, ForecastCommand.self, BridgeCommand.self, Recalculate.self, Obligations.self,
                    Reminders.self, Contacts.self, Bounces.self,
                    ReportCommand.self, ArchiveCommand.self,
                ]),
            CommandGroup(
                name: "Jobs:",
                subcommands: [Enqueue.self, Jobs.self, Queues.self, SchedulesCommand.self, Why.self, Doctor.self]),
            CommandGroup(name: "System:", subcommands: [Migrate.self]),
        ])
}
