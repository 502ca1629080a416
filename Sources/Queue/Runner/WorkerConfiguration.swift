/// How one worker process works.
package struct WorkerConfiguration: Sendable {
    /// A queue and how many of its jobs may run at a time in this process.
    package struct QueueSlots: Sendable, Hashable {
        /// The queue.
        package let queue: String
        /// The number of handlers at a time.
        package let slots: Int

        /// A queue with its number of handlers at a time.
        package init(queue: String, slots: Int) {
            self.queue = queue
            self.slots = slots
        }
    }

    /// `HOST:PID:…`, unique to the start.
    package var name: String
    /// The program's version.
    package var version: String
    /// The queues served.
    package var queues: [QueueSlots]
    /// The length of the lease; a heartbeat renews it every third of it.
    package var lease: Duration
    /// The time between looks at the queues while nothing wakes the process.
    package var pollInterval: Duration
    /// How long a drain lets handlers finish before it interrupts them.
    package var drainTimeout: Duration
    /// Whether the process runs one job that crashed others, and nothing else, and then ends.
    package var runsAlone: Bool

    /// A configuration in full.
    package init(
        name: String, version: String, queues: [QueueSlots], lease: Duration = .seconds(30),
        pollInterval: Duration = .seconds(2), drainTimeout: Duration = .seconds(60), runsAlone: Bool = false
    ) {
        self.name = name
        self.version = version
        self.queues = queues
        self.lease = lease
        self.pollInterval = pollInterval
        self.drainTimeout = drainTimeout
        self.runsAlone = runsAlone
    }

    /// How long before the lease's end the process stops its own handlers, so that they are over before another
    /// process can start.
    var fenceMargin: Duration { lease / 5 }
    /// The time between heartbeats.
    var heartbeatInterval: Duration { lease / 3 }
    /// The time between rescues: with the statement's own time no job is `running` for 5 s past its lease.
    var rescueInterval: Duration { .seconds(4) }
}
