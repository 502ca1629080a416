package import Civil

/// How far a process has read in each queue, so that a claim starts where the last one left off.
///
/// The entries of finished jobs stay in the index until a vacuum, and nothing can vacuum them while some transaction
/// pins the horizon; a claim that begins at the front walks over all of them. The cursor is only a hint: `sweep` forgets
/// it, and the worker sweeps often enough to find what came back behind it or committed late.
package struct ClaimCursor: Sendable {
    /// A stretch of a queue's order (priority, id) to read: from a point up to, not including, a priority.
    package struct Range: Sendable, Hashable {
        /// The queue.
        package let queue: String
        /// The priority it starts in.
        package let fromPriority: Int32
        /// The id it starts at within that priority.
        package let fromID: Int64
        /// The priority it ends before.
        package let endPriority: Int32
    }

    /// The number of priorities of one queue whose place is remembered; others are read from their front.
    static let lanesPerQueue = 8

    /// The claims that stood when this process last claimed. A claim leaves a dead row, which stays while some
    /// transaction pins the horizon; what is known to be gone need not be read again.
    package struct StandingClaims: Sendable, Hashable {
        /// The leases that stood.
        package var live: [Int64] = []
        /// Up to which lease they were all known: a claim that was not seen has a greater one.
        package var after: Int64 = 0
        /// When the server started that said so; for another it does not hold.
        package var server: Timestamp?
    }

    /// The number of standing claims worth remembering; past it all are read.
    static let mostStandingClaims = 2_000

    private var lanes: [String: [Int32: Int64]] = [:]
    /// What is known of other claims.
    package private(set) var standing = StandingClaims()
    /// From when on due jobs are looked for.
    package private(set) var dueFrom = Timestamp.distantPast

    /// A cursor that has read nothing.
    package init() {}

    /// The stretches to read of some queues, in order: together they cover every place at or behind which a job may
    /// stand that was not there yet.
    ///
    /// - Parameter lastFirst: read the priorities of each queue from the last to the first. One claim in sixteen does,
    ///   which is the rule against starvation: however much comes in before it, a job of low priority gets its turn.
    package func ranges(of queues: [String], lastFirst: Bool = false) -> [Range] {
        queues.flatMap { queue -> [Range] in
            var ranges: [Range] = []
            var from: Int32 = -32_768
            for (priority, id) in (lanes[queue] ?? [:]).sorted(by: { $0.key < $1.key }) {
                if priority > from {
                    ranges.append(Range(queue: queue, fromPriority: from, fromID: 0, endPriority: priority))
                }
                ranges.append(Range(queue: queue, fromPriority: priority, fromID: id, endPriority: priority + 1))
                from = priority + 1
            }
            if from <= 32_767 {
                ranges.append(Range(queue: queue, fromPriority: from, fromID: 0, endPriority: 32_768))
            }
            return lastFirst ? ranges.reversed() : ranges
        }
    }

    /// Notes that everything of a queue's priority up to an id has been claimed.
    package mutating func advance(queue: String, priority: Int16, past id: Int64) {
        var known = lanes[queue] ?? [:]
        let lane = Int32(priority)
        guard known[lane] != nil || known.count < Self.lanesPerQueue else { return }
        known[lane] = max(known[lane] ?? 0, id + 1)
        lanes[queue] = known
    }

    /// Notes that nothing waits for its time before an instant.
    package mutating func advanceDue(to instant: Timestamp) {
        dueFrom = max(dueFrom, instant)
    }

    /// Notes which claims stood.
    package mutating func note(live: [Int64], server: Timestamp) {
        guard live.count <= Self.mostStandingClaims else {
            standing = StandingClaims()
            return
        }
        let known = standing.server == server ? standing.after : 0
        standing = StandingClaims(live: live, after: max(known, live.max() ?? 0), server: server)
    }

    /// Forgets how far it has read: the next claim reads every queue from its front.
    package mutating func sweep() {
        lanes.removeAll(keepingCapacity: true)
        dueFrom = .distantPast
    }
}
