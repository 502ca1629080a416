import ChaosHistory
import Foundation
import Postgres
import Synchronization

/// The workers under test, each behind a proxy of its own, and the schedulers.
final class Fleet: Sendable {
    /// A place in which a process runs, again and again.
    final class Place: Sendable {
        let name: String
        let program: String
        let proxy: Proxy
        let isWorker: Bool
        private let process = Mutex<ChildProcess?>(nil)
        /// Whether a fault is upon it, so that no other comes at the same time.
        private let isBusy = Mutex(false)

        init(name: String, program: String, proxy: Proxy, isWorker: Bool) {
            self.name = name
            self.program = program
            self.proxy = proxy
            self.isWorker = isWorker
        }

        var current: ChildProcess? { process.withLock { $0 } }
        func set(_ child: ChildProcess) { process.withLock { $0 = child } }

        /// Takes the place for one fault; false where another has it.
        func seize() -> Bool {
            isBusy.withLock { busy in
                defer { busy = true }
                return !busy
            }
        }

        func release() { isBusy.withLock { $0 = false } }
    }

    let workers: [Place]
    let schedulers: [Place]
    private let plan: Plan
    private let isEnding = Mutex(false)
    /// How often a process ended by itself and was started again.
    let restarts = Atomic<Int>(0)

    init(_ plan: Plan) throws {
        self.plan = plan
        func place(_ name: String, _ program: String, isWorker: Bool) throws -> Place {
            let proxy = try Proxy(
                folder: "\(plan.folder)/\(name)", target: "\(plan.host)/.s.PGSQL.\(plan.port)", port: plan.port)
            return Place(name: name, program: program, proxy: proxy, isWorker: isWorker)
        }
        workers = try (1...plan.workers).map { try place("worker\($0)", "rinda-worker", isWorker: true) }
        schedulers = try (1...2).map { try place("scheduler\($0)", "rinda-scheduler", isWorker: false) }
    }

    func startAll() throws {
        for place in workers + schedulers { try start(place) }
    }

    func start(_ place: Place) throws {
        let environment = [
            "RINDA_DATABASE_URL":
                "host=\(place.proxy.folder) port=\(plan.port) user=\(plan.user) dbname=\(plan.database)",
            "RINDA_WORKER_LEASE": "\(plan.leaseSeconds)", "RINDA_POLL_INTERVAL": "0.5",
            "RINDA_WORKER_DRAIN_TIMEOUT": "2", "RINDA_WORKER_QUEUES": "default:\(plan.slots)",
        ]
        place.set(
            try ChildProcess(
                "\(plan.binaries)/\(place.program)", environment: environment, log: "\(plan.folder)/\(place.name).log"))
    }

    /// Starts what ended by itself: a worker that a job killed.
    func keepRunning() async throws {
        while !isEnding.withLock({ $0 }) {
            for place in workers + schedulers where place.current?.end != nil && place.seize() {
                defer { place.release() }
                if place.current?.end != nil {
                    restarts.add(1, ordering: .relaxed)
                    try start(place)
                }
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Ends every process in order; answers those that did not end as they should.
    func end() async -> [String] {
        isEnding.withLock { $0 = true }
        for place in workers + schedulers { place.current?.send(SIGTERM) }
        var wrong: [String] = []
        for place in workers + schedulers {
            let end = await place.current?.end(within: .seconds(15))
            if end != .exited(0) { wrong.append("\(place.name) ended with \(end.map { "\($0)" } ?? "nothing")") }
            place.current?.send(SIGKILL)
        }
        return wrong
    }
}
