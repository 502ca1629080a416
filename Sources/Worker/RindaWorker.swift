import Foundation
import Logging
import Queue
import Service

/// The program `rinda-worker`.
@main
struct RindaWorker {
    static func main() async {
        let code: ExitStatus
        do {
            switch try WorkerOptions(Array(CommandLine.arguments.dropFirst())) {
            case .help:
                print(WorkerOptions.helpText)
                code = .done
            case .version:
                print("rinda-worker \(Version.text)")
                code = .done
            case .serve: code = await WorkerProcess.run(try RindaConfiguration.load(), runsAlone: false)
            case .alone: code = await WorkerProcess.run(try RindaConfiguration.load(), runsAlone: true)
            }
        } catch {
            FileHandle.standardError.write(Data("rinda-worker: \(error)\n".utf8))
            code = .wrongUsage
        }
        // Neither by returning nor by exit(3), which runs what libraries want to be run at the end: handlers that hang
        // still use them, and must not keep the process.
        fflush(nil)
        _exit(code.rawValue)
    }
}

/// The exit codes that the help documents.
enum ExitStatus: Int32 {
    /// Everything was settled or given back, or only asked for the help.
    case done = 0
    /// Not everything could be settled, or the database cannot be worked with.
    case failed = 1
    /// Arguments or settings that are not allowed.
    case wrongUsage = 64
}
