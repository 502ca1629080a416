import Foundation
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Queue

extension Engine {
    /// Runs a worker in this process for as long as the body lasts, then stops it and lets it drain.
    @discardableResult
    func withWorker<R: Sendable>(
        _ handlers: Handlers, slots: Int = 10, lease: Duration = .seconds(30), poll: Duration = .milliseconds(100),
        drain: Duration = .seconds(10), listens: Bool = false, runsAlone: Bool = false,
        isolate: (@Sendable () async -> Void)? = nil, logger: Logger = Engine.silent,
        _ body: (Worker) async throws -> R
    ) async throws -> (result: R, drained: Worker.Drained) {
        var control = settings
        control.answerTimeout = lease
        control.applicationName = "control \(queue)"
        let worker = Worker(
            configuration: WorkerConfiguration(
                name: "host:\(getpid()):\(UUID().uuidString)", version: "test",
                queues: [.init(queue: queue, slots: slots)], lease: lease, pollInterval: poll, drainTimeout: drain,
                runsAlone: runsAlone),
            handlers: handlers, control: Pool(control, maxConnections: 5), database: Pool(settings, maxConnections: 5),
            listen: listens ? settings : nil, logger: logger, isolate: isolate)
        let running = Task { await worker.run {} }
        do {
            let result = try await body(worker)
            worker.stop()
            return (result, await running.value)
        } catch {
            worker.stop()
            _ = await running.value
            throw error
        }
    }

    static let silent = Logger(label: "test") { _ in Sink() }

    /// Expects a job to reach a state in time.
    func reach(
        _ id: Int64, _ state: JobState, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let reached = try await eventually(within: .seconds(30)) { try await self.state(id) == state }
        #expect(reached, "job \(id) did not become \(state)", sourceLocation: sourceLocation)
    }

    /// A kind of the catalogue that is retried at once.
    func addKind(_ kind: String, maxAttempts: Int32 = 5, timeout: Double = 900, backoff: Double = 0) async throws {
        try await pool.execute(
            """
            insert into rinda.kind (kind, max_attempts, timeout_seconds, backoff_base_seconds, backoff_cap_seconds)
            values (\(kind), \(maxAttempts), \(timeout), \(backoff), \(backoff))
            on conflict do nothing
            """)
    }
}

/// A log that nobody reads, at the level that daemons log at.
struct Sink: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}

/// What handlers did, for tests to look at.
final class Notes: Sendable {
    private let values = Mutex<[String: Int]>([:])

    func add(_ name: String) { values.withLock { $0[name, default: 0] += 1 } }
    func count(_ name: String) -> Int { values.withLock { $0[name] ?? 0 } }
    var distinct: Int { values.withLock { $0.count } }
    var most: Int { values.withLock { $0.values.max() ?? 0 } }
}

/// Something that handlers wait for.
final class Door: Sendable {
    private let state = Mutex(false)

    var isOpen: Bool { state.withLock { $0 } }
    func open() { state.withLock { $0 = true } }

    /// Waits until it opens; ends early, with an error, where the task is cancelled.
    func pass() async throws {
        while !isOpen { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Waits until it opens, whatever happens.
    func passStubbornly() async {
        while !isOpen { try? await Task.detached { try await Task.sleep(for: .milliseconds(5)) }.value }
    }

    /// Waits until it opens and blocks the thread meanwhile.
    func passBlocking() {
        while !isOpen { usleep(5_000) }
    }
}

/// Arguments of any shape.
struct Anything: Decodable, Sendable {}

/// Expects a condition to hold in time.
func becomes(
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let became = try await eventually(within: .seconds(30), condition)
    #expect(became, sourceLocation: sourceLocation)
}
