package import Logging
package import Postgres
import Synchronization

/// One process's way of working: it claims jobs, runs their handlers, keeps its lease alive, settles what ended, rescues
/// what others lost, and drains when told to stop.
///
/// Each part is a loop in a file of its own beside this one; they share the slots, the session and three signals.
package final class Worker: Sendable {
    /// How a run ended.
    package enum Drained: Sendable, Hashable {
        /// Everything was settled or given back.
        case clean
        /// The database did not answer in time; what was held is rescued by others when the lease has run out.
        case unsettled
    }

    let configuration: WorkerConfiguration
    let handlers: Handlers
    /// Connections of the engine itself, so that handlers never make a heartbeat wait.
    let control: Pool
    /// Connections of handlers.
    let database: Pool
    let listenSettings: ConnectionSettings?
    let logger: Logger
    let executor = HandlerExecutor()
    /// Starts a process that runs one job alone; nil where this process is such a one.
    let isolate: (@Sendable () async -> Void)?

    let slots: Mutex<Slots>
    let session = Mutex<SessionState>(SessionState())
    let pendingSettles = Mutex(SettleQueue())
    let claimLedger = Mutex(ClaimLedger())
    let policies = Mutex<[String: KindPolicy]>([:])
    let counters = Mutex(WorkerCounters())
    let stopping = Mutex(false)
    let clock = ContinuousClock()

    /// Raised when there may be something to claim: a notification, a free slot, a new session, a stop.
    let claimSignal = Signal()
    /// Raised when an attempt has ended.
    let settleSignal = Signal()
    /// Raised when the drain should look again.
    let drainSignal = Signal()
    /// Raised when the session should be looked at before its next heartbeat.
    let heartSignal = Signal()
    /// What the claim loop should know when it wakes.
    let hints = Mutex(ClaimHints())

    /// A worker that has not begun.
    ///
    /// - Parameters:
    ///   - control: the engine's own connections; their statements must give up after the length of a lease.
    ///   - database: connections for handlers.
    ///   - listen: where to listen for notifications, or nil to poll only.
    ///   - isolate: starts a process that runs one suspected crasher alone and returns when it has ended.
    package init(
        configuration: WorkerConfiguration, handlers: Handlers, control: Pool, database: Pool,
        listen: ConnectionSettings?, logger: Logger, isolate: (@Sendable () async -> Void)? = nil
    ) {
        self.configuration = configuration
        self.handlers = handlers
        self.control = control
        self.database = database
        self.listenSettings = listen
        self.logger = logger
        self.isolate = isolate
        self.slots = Mutex(Slots(configuration.queues))
    }

    /// Counts since the start.
    package var counts: WorkerCounters { counters.withLock { $0 } }

    /// Tells the worker to stop claiming and to drain. May be called from anywhere, more than once.
    package func stop() {
        stopping.withLock { $0 = true }
        claimSignal.raise()
        drainSignal.raise()
        heartSignal.raise()
    }

    var isStopping: Bool { stopping.withLock { $0 } }

    /// Works until told to stop, then drains.
    ///
    /// - Parameter ready: called once, when the first session has begun.
    package func run(ready: @Sendable () -> Void) async -> Drained {
        guard await beginFirstSession() else { return .clean }
        ready()
        return await withTaskGroup(of: Void.self, returning: Drained.self) { group in
            group.addTask { await self.keepAlive() }
            group.addTask { await self.guardLease() }
            group.addTask { await self.settleEnded() }
            group.addTask { await self.watchDeadlines() }
            if !configuration.runsAlone {
                group.addTask { await self.rescueOthers() }
                group.addTask { await self.listen() }
            }
            let claiming = Task { await self.claimJobs() }
            await claiming.value
            let drained = await drain()
            group.cancelAll()
            settleSignal.raise()
            return drained
        }
    }
}

/// What a worker has done since its start.
package struct WorkerCounters: Sendable, Hashable {
    /// Attempts begun.
    package var started = 0
    /// Attempts whose end was written.
    package var settled = 0
    /// Attempts whose end was refused: their lease no longer held the job.
    package var stale = 0
    /// Sessions that ran out before they could be renewed.
    package var leasesLost = 0
    /// Jobs taken back from other processes.
    package var rescued = 0
    /// Whether a process of its own runs a suspected crasher now.
    package var isIsolating = false
}

/// What the claim loop should know when it wakes.
struct ClaimHints {
    /// Something was enqueued or put back: there may be more than the last claim found.
    var mayHaveMore = true
    /// The earliest time at which a job that was put back here is due.
    var dueAt: ContinuousClock.Instant?
    /// The queues that gave the last claim as many jobs as there was room for: each free slot there is worth a look,
    /// whatever room the other queues leave.
    private var full: Set<String> = []

    /// Notes what a claim found where it looked.
    mutating func note(found jobs: [ClaimedJob], looked: [(queue: String, slots: Int)]) {
        var counts: [String: Int] = [:]
        for job in jobs { counts[job.queue, default: 0] += 1 }
        for (queue, slots) in looked {
            if counts[queue, default: 0] >= slots {
                full.insert(queue)
            } else {
                full.remove(queue)
            }
        }
    }

    /// Notes that there is room again in a queue.
    mutating func noteRoom(in queue: String) {
        if full.contains(queue) { mayHaveMore = true }
    }
}
