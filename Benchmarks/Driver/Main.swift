import ArgumentParser

/// Measures the engine beside a floor in bare libpq, in the same run and on the same server.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rinda-bench",
        abstract: "Measures the job engine; prints one JSON object a line on standard output.",
        subcommands: [RunAll.self, WorkerProcess.self, FloorProcess.self], defaultSubcommand: RunAll.self)
}
