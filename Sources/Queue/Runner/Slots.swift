/// What a process holds: its slots by queue, its attempts and its leases. A value, changed under a lock.
///
/// A slot is free again only when the attempt's settle is known (or nothing is to be settled): a process never holds
/// more than it says.
struct Slots {
    /// The jobs of a lease that have not been settled yet.
    private struct Batch {
        var left: Int
        /// How many ids its claim holds in the database, as far as this process knows.
        var size: Int
    }

    private var capacity: [String: Int]
    private var used: [String: Int] = [:]
    private(set) var running: [Attempt.Key: Attempt] = [:]
    private var batches: [Int64: Batch] = [:]
    private(set) var totalUsed = 0
    let totalCapacity: Int

    /// The size from which a claim is worth shrinking.
    static let leastShrinkable = 32

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

    /// The leases of which this process has something: jobs that run, or ends that are being written.
    var leases: Set<Int64> {
        var leases = Set(batches.keys)
        for key in running.keys { leases.insert(key.lease) }
        return leases
    }

    /// Takes a slot for each attempt of a claim. All at once and before any begins: a lease whose first jobs end before
    /// the last are counted would look finished.
    mutating func start(_ attempts: [Attempt]) {
        for attempt in attempts {
            running[attempt.key] = attempt
            used[attempt.job.queue, default: 0] += 1
            var batch = batches[attempt.job.lease] ?? Batch(left: 0, size: 0)
            batch.left += 1
            batch.size += 1
            batches[attempt.job.lease] = batch
        }
        totalUsed += attempts.count
    }

    /// Frees an attempt's slot.
    mutating func free(_ attempt: Attempt) {
        guard running.removeValue(forKey: attempt.key) != nil else { return }
        used[attempt.job.queue, default: 0] -= 1
        totalUsed -= 1
    }

    /// The leases of which nothing is left once these jobs, one entry each, have left them.
    func closing(_ leases: some Sequence<Int64>) -> [Int64] {
        var leaving: [Int64: Int] = [:]
        for lease in leases { leaving[lease, default: 0] += 1 }
        return leaving.compactMap { lease, count in batches[lease].flatMap { $0.left <= count ? lease : nil } }
    }

    /// Counts jobs as having left their leases.
    mutating func leave(_ leases: some Sequence<Int64>) {
        for lease in leases {
            guard let left = batches[lease]?.left else { continue }
            if left == 1 {
                batches[lease] = nil
            } else {
                batches[lease]?.left = left - 1
            }
        }
    }

    /// The leases whose claims hold at least twice as many ids as are left of them; counted as shrunk from now on.
    mutating func takeShrinkable() -> [Int64] {
        let leases = batches.compactMap { lease, batch in
            batch.size >= Self.leastShrinkable && batch.left * 2 <= batch.size ? lease : nil
        }
        for lease in leases {
            let left = batches[lease]?.left ?? 0
            batches[lease]?.size = left
        }
        return leases
    }

    /// Forgets the leases of a session that is lost.
    mutating func forgetLeases() {
        batches.removeAll()
    }
}
