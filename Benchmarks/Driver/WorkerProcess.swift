import ArgumentParser
import Foundation
import Logging
import Postgres
import Queue
import Synchronization

/// A worker process as operations run it, with the kinds of the benchmark: every job takes the ordinary way.
struct WorkerProcess: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worker", abstract: "A worker with no-op handlers.")

    @Option(help: "The database.") var url: String
    @Option(help: "Handlers at a time.") var concurrency = 2000
    @Option(help: "Seconds between looks at the queues.") var poll = 2.0
    @Option(help: "Where each pickup's instant is written, in nanoseconds of the monotonic clock.") var pickups: String?
    @Option(help: "The queues, each with the concurrency.") var queues = "default"

    private struct Numbered: Decodable, Sendable { let n: Int }

    func run() async throws {
        var settings = ConnectionSettings(url, applicationName: "rinda-bench worker")
        settings.answerTimeout = .seconds(30)
        var handlers = Handlers()
        let firstStart = FirstStart()
        handlers.on("noop", args: Numbered.self) { _, _ in
            firstStart.note()
            return .completed()
        }
        if let pickups {
            let log = PickupLog(path: pickups)
            handlers.on("pickup", args: Numbered.self) { args, _ in
                log.note(args.n)
                return .completed()
            }
        }
        var logger = Logger(label: "bench")
        logger.logLevel = .warning
        let worker = Worker(
            configuration: WorkerConfiguration(
                name: "bench:\(getpid()):0", version: "bench",
                queues: queues.split(separator: ",").map { .init(queue: String($0), slots: concurrency) },
                pollInterval: .seconds(poll), drainTimeout: .seconds(5)),
            handlers: handlers, control: Pool(settings, maxConnections: 4), database: Pool(settings, maxConnections: 4),
            listen: settings, logger: logger)
        signal(SIGTERM, SIG_IGN)
        let terminated = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        terminated.setEventHandler { worker.stop() }
        terminated.resume()
        _ = await worker.run { FileHandle.standardError.write(Data("ready\n".utf8)) }
        FileHandle.standardError.write(Data("first \(firstStart.instant) peak_kb \(peakMemory())\n".utf8))
        Foundation.exit(0)
    }
}

/// When the first handler began, in nanoseconds of the monotonic clock that all processes of the machine share.
final class FirstStart: Sendable {
    private let value = Atomic<UInt64>(0)

    var instant: UInt64 { value.load(ordering: .relaxed) }

    func note() {
        if value.load(ordering: .relaxed) == 0 {
            _ = value.compareExchange(expected: 0, desired: monotonicNow(), ordering: .relaxed)
        }
    }
}

/// The first lines of handlers, each with its instant.
final class PickupLog: Sendable {
    private let handle: FileHandle

    init(path: String) {
        precondition(FileManager.default.createFile(atPath: path, contents: nil), "\(path) cannot be written")
        handle = FileHandle(forWritingAtPath: path)!
    }

    func note(_ number: Int) {
        let now = monotonicNow()
        handle.write(Data("\(number) \(now)\n".utf8))
    }
}

/// Nanoseconds of the clock that only goes forward and that all processes of the machine share.
func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The peak resident memory of this process, in KiB.
func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "0") ?? 0
}
