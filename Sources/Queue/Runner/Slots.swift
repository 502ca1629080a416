/// What a process holds: its slots by queue, its attempts and its leases. A value, changed under a lock.
///
/// A slot is free again only when the attempt's settle is known (or nothing is to be settled): a process never holds
/// more than it says.
struct Slots {
    private var capacity: [String: Int]
    private var used: [String: Int] = [:]
    private(set) var running: [Attempt.Key: Attempt] = [:]
    /// How many jobs of a lease have not been settled yet.
    private var outstanding: [Int64: Int] = [:]
    private(set) var totalUsed = 0
    let totalCapacity: Int

    init(_ queues: [WorkerConfiguration.QueueSlots]) {
        capacity = Dictionary(queues.map { ($0.queue, $0.slots) }, uniquingKeysWith: +)
        totalCapacity = capacity.values.reduce(0, +)
    }

    /// The queues with free slots, in order of name.
    var free: [(queue: String, slots: Int)] {
        capacity.compactMap { queue, slots in
            let left = slots - used[queue, default: 0]
            return left > 0 ? (queue: queue, slots: left) : nil
        }.sorted { $0.queue < $1.queue }
    }

    /// Takes a slot for each attempt of a claim. All at once and before any begins: a lease whose first jobs end before
    /// the last are counted would look finished.
    mutating func start(_ attempts: [Attempt]) {
        for attempt in attempts {
            running[attempt.key] = attempt
            used[attempt.job.queue, default: 0] += 1
            outstanding[attempt.job.lease, default: 0] += 1
        }
        totalUsed += attempts.count
    }

    /// Frees an attempt's slot.
    mutating func free(_ attempt: Attempt) {
        guard running.removeValue(forKey: attempt.key) != nil else { return }
        used[attempt.job.queue, default: 0] -= 1
        totalUsed -= 1
    }

    /// Counts jobs as leaving their leases and answers the leases of which nothing is left then.
    mutating func leave(_ leases: some Sequence<Int64>) -> [Int64] {
        var closed: [Int64] = []
        for lease in leases {
            guard let left = outstanding[lease] else { continue }
            if left == 1 {
                outstanding[lease] = nil
                closed.append(lease)
            } else {
                outstanding[lease] = left - 1
            }
        }
        return closed
    }

    /// Forgets the leases of a session that is lost.
    mutating func forgetLeases() {
        outstanding.removeAll()
    }
}
