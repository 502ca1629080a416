import Foundation
import Service

/// The program `rinda-scheduler`.
@main
struct RindaScheduler {
    static func main() async {
        let status: ExitStatus
        do {
            switch try SchedulerOptions(Array(CommandLine.arguments.dropFirst())) {
            case .help:
                print(SchedulerOptions.helpText)
                status = .done
            case .version:
                print("\(SchedulerProcess.program) \(Version.text)")
                status = .done
            case .serve: status = await SchedulerProcess.run(try RindaConfiguration.load())
            }
        } catch {
            complain("\(error)")
            status = .wrongUsage
        }
        leave(status)
    }
}

/// The exit codes that the help documents.
enum ExitStatus: Int32 {
    /// Told to end, or only asked for the help.
    case done = 0
    /// The database cannot be worked with.
    case failed = 1
    /// Arguments or settings that are not allowed.
    case wrongUsage = 64
}

/// Tells a person why the program does not start; the log is not set up yet.
func complain(_ text: String) {
    FileHandle.standardError.write(Data("\(SchedulerProcess.program): \(text)\n".utf8))
}

/// Ends the process at once: a connection that hangs must not keep it.
func leave(_ status: ExitStatus) -> Never {
    fflush(nil)
    _exit(status.rawValue)
}
