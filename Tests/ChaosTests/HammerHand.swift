import ChaosHistory
import Civil
import Foundation
import Logging
import Postgres
import Testing

@testable import Queue

/// One of the sessions: a worker, an enqueuer and an operator in turn.
struct Hand {
    let hammer: Hammer
    var dice: Dice
    private var session: Int64 = 0
    private var cursor = ClaimCursor()
    private var held: [ClaimedJob] = []
    private var lost: [ClaimedJob] = []
    private let logger = Logger(label: "hammer") { _ in SwiftLogNoOpLogHandler() }

    init(hammer: Hammer, dice: Dice) {
        self.hammer = hammer
        self.dice = dice
    }

    private var pool: Pool { hammer.pool }

    mutating func run(steps: Int) async throws {
        try await begin()
        for _ in 0..<steps {
            do {
                try await step(dice.roll(100))
            } catch {
                hammer.note(error)
            }
        }
    }

    private mutating func step(_ number: Int) async throws {
        switch number {
        case ..<18: try await enqueue()
        case ..<40: try await claim()
        case ..<62: try await settle()
        case ..<70: try await completeInTransaction()
        case ..<76: try await settleLost()
        case ..<80: try await expire()
        case ..<85: _ = try await pool.withConnection { try await rescue(on: &$0) }
        case ..<87: try await beat()
        case ..<91:
            if let id = dice.pick(hammer.seen.ids) {
                _ = try await pool.withConnection { try await cancel(job: id, on: &$0) }
            }
        case ..<94:
            if let id = dice.pick(hammer.seen.ids) {
                _ = try await pool.withConnection { try await retry(job: id, on: &$0) }
            }
        case ..<96: try await shrinkClaims()
        case ..<98: try await giveBackClaim()
        default: try await noteProgress()
        }
    }

    private mutating func begin() async throws {
        let name = "host:1:\(UUID().uuidString)"
        session = try await pool.withConnection {
            try await beginSession(
                name: name, kinds: ["t"], queues: ["q"], version: "test", lease: .seconds(600), on: &$0)
        }
        cursor = ClaimCursor()
    }

    private mutating func request() -> EnqueueRequest {
        EnqueueRequest(
            kind: "t", args: JSON("{}"), queue: "q", priority: dice.roll(3),
            scheduledAt: dice.roll(5) == 0 ? Timestamp(iso: "2020-01-01T00:00:00Z") : nil,
            uniqueKey: dice.roll(2) == 0 ? "k\(dice.roll(12))" : nil, maxAttempts: 1_000,
            onConflict: dice.roll(2) == 0 ? .keep : .replace)
    }

    private mutating func enqueue() async throws {
        let requests = (0..<(dice.roll(4) == 0 ? 4 : 1)).map { _ in request() }
        if requests.count == 1 {
            let answer = try await pool.withConnection { try await Queue.enqueue(requests[0], on: &$0) }
            hammer.note(ids: [answer.jobID])
        } else {
            let answers = try await pool.transaction { try await Queue.enqueue(requests, in: &$0) }
            hammer.note(ids: answers.map(\.jobID))
        }
    }

    private mutating func claim() async throws {
        if dice.roll(3) == 0 { cursor.sweep() }
        let (session, before, slots, lastFirst) = (session, cursor, 1 + dice.roll(6), dice.roll(8) == 0)
        if dice.roll(6) == 0 {
            let job = try await pool.withConnection {
                try await claimAlone(session: session, kinds: ["t"], queues: ["q"], on: &$0)
            }
            if let job { held.append(job) }
            return
        }
        let (jobs, after) = try await pool.withConnection { connection in
            var cursor = before
            let answer = try await Queue.claim(
                session: session, kinds: ["t"], free: [(queue: "q", slots: slots)], cursor: &cursor,
                lastFirst: lastFirst, on: &connection)
            return (answer.jobs, cursor)
        }
        cursor = after
        held += jobs
    }

    private static let verdicts: [Verdict] = [
        .completed, .completed, .completed, .cancelled, .discarded, .retry, .snooze, .release,
    ]

    private mutating func settle() async throws {
        guard !held.isEmpty else { return }
        let batch = held.filter { _ in dice.roll(2) == 0 }
        let rest = held.filter { job in !batch.contains { $0.id == job.id && $0.lease == job.lease } }
        let closed = Set(batch.map(\.lease)).subtracting(rest.map(\.lease))
        let requests = batch.map { job in
            SettleRequest(
                id: job.id, lease: job.lease,
                settlement: Settlement(
                    verdict: dice.pick(Self.verdicts) ?? .completed, delay: .milliseconds(dice.roll(2)),
                    reason: .failed,
                    message: "told to"))
        }
        let settled = try await pool.withConnection {
            try await Queue.settle(requests, closed: Array(closed), on: &$0)
        }
        hammer.note(settled: settled.count, stale: requests.count - settled.count)
        held = rest
        // Some ends are sent again later.
        lost += batch.filter { _ in dice.roll(3) == 0 }
    }

    private mutating func completeInTransaction() async throws {
        guard let job = dice.roll(3) == 0 ? dice.pick(lost) : dice.pick(held) else { return }
        let context = JobContext(job: job, database: pool, logger: logger, lease: .seconds(30))
        let stays = dice.roll(2) == 0
        do {
            _ = try await context.complete { transaction in
                try await transaction.execute(
                    "insert into rinda.diagnostic_effect (job_id, lease) values (\(job.id), \(job.lease))")
                if stays { try await Task.sleep(for: .milliseconds(2)) }
            }
        } catch let error as QueueError where error.code == .leaseLost {
            hammer.note(settled: 0, stale: 1)
        }
    }

    private mutating func settleLost() async throws {
        guard !lost.isEmpty else { return }
        let job = lost.remove(at: dice.roll(lost.count))
        let verdict = dice.pick(Self.verdicts) ?? .completed
        let settled = try await pool.withConnection {
            try await Queue.settle(
                [SettleRequest(id: job.id, lease: job.lease, settlement: Settlement(verdict: verdict))],
                closed: [job.lease], on: &$0)
        }
        hammer.note(settled: settled.count, stale: 1 - settled.count)
    }

    private mutating func expire() async throws {
        let session = session
        try await pool.execute(
            "update rinda.worker set lease_until = clock_timestamp() where session = \(session)")
        lost += held
        held = []
        try await begin()
    }

    private mutating func beat() async throws {
        let (session, idle) = (session, dice.roll(2) == 0)
        _ = try await pool.withConnection {
            try await heartbeat(session: session, clock: Timestamp(seconds: 0), idle: idle, on: &$0)
        }
    }

    private mutating func shrinkClaims() async throws {
        let (session, leases) = (session, Array(Set(held.map(\.lease))))
        try await pool.withConnection { try await shrink(leases: leases, session: session, on: &$0) }
    }

    private mutating func giveBackClaim() async throws {
        guard let lease = dice.pick(held)?.lease else { return }
        let session = session
        try await pool.withConnection { try await giveBack(leases: [lease], session: session, on: &$0) }
        lost += held.filter { $0.lease == lease }
        held.removeAll { $0.lease == lease }
    }

    private mutating func noteProgress() async throws {
        guard let job = dice.pick(held + lost) else { return }
        try await JobContext(job: job, database: pool, logger: logger, lease: .seconds(30))
            .progress(percent: 50, message: "half", checkpoint: JSON("1"))
    }

    /// Rescues and completes until nothing is left.
    mutating func finishAll() async throws {
        try await begin()
        for _ in 0..<10_000 {
            _ = try await pool.withConnection { try await rescue(on: &$0) }
            cursor.sweep()
            let session = session
            let alone = try await pool.withConnection {
                try await claimAlone(session: session, kinds: ["t"], queues: ["q"], on: &$0)
            }
            let before = cursor
            let (jobs, after) = try await pool.withConnection { connection in
                var cursor = before
                let answer = try await Queue.claim(
                    session: session, kinds: ["t"], free: [(queue: "q", slots: 500)], cursor: &cursor, on: &connection)
                return (answer.jobs, cursor)
            }
            cursor = after
            let all = jobs + (alone.map { [$0] } ?? [])
            let requests = all.map {
                SettleRequest(id: $0.id, lease: $0.lease, settlement: Settlement(verdict: .completed))
            }
            let leases = Array(Set(all.map(\.lease)))
            _ = try await pool.withConnection { try await Queue.settle(requests, closed: leases, on: &$0) }
            let isEmpty = try await pool.query("select not exists (select from rinda.job)").first?.decode(
                0, as: Bool.self)
            if isEmpty == true { return }
        }
    }
}
