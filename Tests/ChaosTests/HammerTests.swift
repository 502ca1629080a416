import ChaosHistory
import Foundation
import Logging
import Postgres
import Queue
import Synchronization
import TestSupport
import Testing

/// Many sessions that do everything to the same few jobs at once, their history read by the checker.
@Suite(.database)
struct HammerTests {
    @Test(
        "sessions that hammer all verbs at once break no rule, do not deadlock, and show each job in one row",
        arguments: Hammer.seeds)
    func hammer(seed: UInt64) async throws {
        let hammer = Hammer(seed: seed)
        let checker = try await hammer.run(actors: 8, steps: 250)
        #expect(checker.violations.isEmpty, "\(checker.violations.prefix(10))")
        #expect(checker.events > 1_000)
        #expect(hammer.seen.deadlocks == 0)
        #expect(hammer.seen.unexpected.isEmpty, "\(hammer.seen.unexpected.prefix(5))")
        #expect(hammer.seen.looks > 10)
        #expect(hammer.seen.settled > 200)
        #expect(hammer.seen.stale > 50)
    }

    @Test("without the fence the checker finds writes of lost leases")
    func withoutFence() async throws {
        let hammer = Hammer(seed: 3)
        try await hammer.pool.withConnection { try await Recorder.removeFence(on: &$0) }
        let checker = try await hammer.run(actors: 6, steps: 150)
        #expect(checker.violations.contains { $0.rule == .lostLeaseWrote })
    }

    @Test("without the gate the checker finds jobs with two holders")
    func withoutGate() async throws {
        let hammer = Hammer(seed: 4)
        try await hammer.pool.execute(
            """
            create or replace function rinda.gate() returns bigint language sql volatile as $$
                select (random() * 1e15)::bigint
            $$
            """)
        let checker = try await hammer.run(actors: 8, steps: 200)
        #expect(checker.violations.contains { $0.rule == .overlap })
    }
}

/// Sessions in this process that do what workers, enqueuers and operators do, each as it comes.
final class Hammer: Sendable {
    struct Seen: Sendable {
        var ids: [Int64] = []
        var settled = 0
        var stale = 0
        var deadlocks = 0
        var looks = 0
        var unexpected: [String] = []
    }

    /// Two, or as many as HAMMER_SEEDS says.
    static let seeds = Array(1...(UInt64(ProcessInfo.processInfo.environment["HAMMER_SEEDS"] ?? "") ?? 2))

    let pool: Pool
    private let seed: UInt64
    private let state = Mutex(Seen())
    private let isOver = Mutex(false)

    var seen: Seen { state.withLock { $0 } }

    init(seed: UInt64) {
        self.seed = seed
        pool = TestDatabase.current.pool(maxConnections: 12)
    }

    func run(actors: Int, steps: Int) async throws -> Checker {
        try await pool.withConnection { try await Recorder.install(on: &$0) }
        let looking = Task { try await look() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<actors {
                group.addTask {
                    var hand = Hand(hammer: self, dice: Dice(self.seed &* 1_000 &+ UInt64(number)))
                    try await hand.run(steps: steps)
                }
            }
            try await group.waitForAll()
        }
        isOver.withLock { $0 = true }
        try await looking.value
        try await finish()
        return try await check()
    }

    /// Looks again and again: each job that was ever acknowledged stands in one row.
    private func look() async throws {
        while !isOver.withLock({ $0 }) {
            let ids = seen.ids
            let row = try await pool.query(
                "select count(*), count(distinct id) from rinda.jobs where id = any (\(ids))"
            ).first
            let rows = try row?.decode(0, as: Int64.self) ?? 0
            let distinct = try row?.decode(1, as: Int64.self) ?? 0
            if rows != Int64(Set(ids).count) || distinct != rows {
                note(unexpected: "\(Set(ids).count) jobs stand in \(rows) rows of \(distinct) ids")
            }
            state.withLock { $0.looks += 1 }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Lets every job come to its end, as workers would in time.
    private func finish() async throws {
        try await pool.execute(
            "update rinda.worker set lease_until = clock_timestamp() where lease_until > clock_timestamp()")
        var hand = Hand(hammer: self, dice: Dice(seed))
        try await hand.finishAll()
    }

    private func check() async throws -> Checker {
        var checker = Checker(allowsRevival: true)
        var last: Int64 = 0
        while true {
            let from = last
            let events = try await pool.withConnection { try await Recorder.read(after: from, on: &$0) }
            guard let end = events.last else { break }
            last = end.number
            for event in events { checker.read(event) }
        }
        checker.end(acknowledged: Set(seen.ids))
        return checker
    }

    func note(ids: [Int64]) { state.withLock { $0.ids += ids } }
    func note(settled: Int, stale: Int) {
        state.withLock {
            $0.settled += settled
            $0.stale += stale
        }
    }
    func note(unexpected: String) { state.withLock { $0.unexpected.append(unexpected) } }

    /// Notes a failure; only those that the engine may answer with are expected.
    func note(_ error: any Error) {
        guard let error = error as? PostgresError else {
            if (error as? QueueError)?.code != .leaseLost { note(unexpected: "\(error)") }
            return
        }
        switch error.sqlState {
        case "40P01": state.withLock { $0.deadlocks += 1 }
        case "55P03": break
        default: note(unexpected: "\(error)")
        }
    }
}
