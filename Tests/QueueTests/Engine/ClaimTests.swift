import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Claims: order, what is passed by, what is left alone, what is found again.
@Suite(.suiteDatabase)
struct ClaimTests {
    @Test("a claimed job is running under a lease from its claim on, and its row shows who holds it until when")
    func runningFromTheClaimOn() async throws {
        let engine = Engine()
        let (job, session) = try await engine.running()
        let row = try await engine.job(job.id)
        #expect(row.state == .running)
        #expect(row.attempt == 1)
        #expect(row.lease == job.lease)
        #expect(row.attemptedAt == job.claimedAt)
        #expect(row.leaseUntil.map { $0 > job.claimedAt } == true)
        #expect(row.attemptedBy?.hasPrefix("host:1:") == true)
        #expect(try await engine.claim(session).isEmpty)
        #expect(try await engine.claim(try await engine.session()).isEmpty)
        try await engine.settle(job, Settlement(verdict: .completed))
        let done = try await engine.job(job.id)
        #expect(done.state == .completed)
        #expect(done.attempt == 1)
        #expect(done.lease == job.lease)
        #expect(done.attemptedAt == job.claimedAt)
        #expect(done.attemptedBy == row.attemptedBy)
        #expect(done.leaseUntil == nil)
        #expect(done.finalizedAt.map { $0 >= job.claimedAt } == true)
    }

    @Test("a batch is one lease, and leases grow from claim to claim")
    func leases() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 6)
        let session = try await engine.session()
        let first = try await engine.claim(session, slots: 3)
        let second = try await engine.claim(session, slots: 3)
        #expect(Set(first.map(\.lease)).count == 1)
        #expect(Set(second.map(\.lease)).count == 1)
        #expect(second[0].lease > first[0].lease)
        #expect((first + second).map(\.id) == ids)
    }

    @Test("the order is priority, then age, and one claim can be told to read it from the other end")
    func order() async throws {
        let engine = Engine()
        let low = try await engine.enqueue(priority: 5).jobID
        let lowToo = try await engine.enqueue(priority: 5).jobID
        let high = try await engine.enqueue(priority: -3).jobID
        let middle = try await engine.enqueue().jobID
        let session = try await engine.session()
        var cursor = ClaimCursor()
        #expect(try await engine.claim(session, slots: 2, cursor: &cursor).jobs.map(\.id) == [high, middle])
        let highAgain = try await engine.enqueue(priority: -3).jobID
        // The lanes that are known are read from the last to the first.
        #expect(try await engine.claim(session, slots: 1, cursor: &cursor, lastFirst: true).jobs.map(\.id) == [low])
        #expect(try await engine.claim(session, slots: 9, cursor: &cursor).jobs.map(\.id) == [highAgain, lowToo])
    }

    @Test("jobs of kinds that the process does not know are left as they are, wherever they stand")
    func unknownKinds() async throws {
        let engine = Engine()
        let foreign = try await engine.enqueue(count: 20, kind: "foreign")
        let own = try await engine.enqueue().jobID
        let session = try await engine.session()
        var cursor = ClaimCursor()
        #expect(try await engine.claim(session, slots: 3, cursor: &cursor).jobs.map(\.id) == [own])
        cursor.sweep()
        #expect(try await engine.claim(session, slots: 3, cursor: &cursor).jobs.isEmpty)
        #expect(try await engine.state(foreign[0]) == .available)
        #expect(try await engine.claim(session, kinds: ["foreign"], slots: 30).map(\.id) == foreign)
    }

    @Test("nothing of a paused queue is claimed, what runs goes on, and a resumed queue is read again")
    func paused() async throws {
        let engine = Engine()
        let (running, session) = try await engine.running()
        let waiting = try await engine.enqueue().jobID
        let paused = try await engine.pool.transaction {
            try await pauseQueue(engine.queue, reason: "test", in: &$0)
        }
        #expect(paused)
        #expect(try await engine.claim(session).isEmpty)
        #expect(try await engine.settle(running, Settlement(verdict: .completed)))
        let again = try await engine.pool.transaction { try await pauseQueue(engine.queue, reason: nil, in: &$0) }
        #expect(!again)
        let resumed = try await engine.pool.transaction { try await resumeQueue(engine.queue, reason: nil, in: &$0) }
        #expect(resumed)
        #expect(try await engine.claim(session).map(\.id) == [waiting])
        let audited = try await engine.value(
            "select string_agg(action, ' ' order by seq) from rinda.audit where object = \("queue \(engine.queue)")",
            as: String.self)
        #expect(audited == "queue.pause queue.resume")
    }

    @Test("a job is claimed when its time has come, not before, and the claim says when the next is due")
    func scheduled() async throws {
        let engine = Engine()
        let due = try await engine.enqueue().jobID
        let later = try await engine.enqueue(at: "2999-01-01T00:00:00Z").jobID
        try await engine.pool.execute(
            "update rinda.job set state = 1, scheduled_at = clock_timestamp() - interval '1 s' where id = \(due)")
        let session = try await engine.session()
        var cursor = ClaimCursor()
        let answer = try await engine.claim(session, cursor: &cursor)
        #expect(answer.jobs.map(\.id) == [due])
        #expect(answer.nextDue.map { $0 > answer.now } == true)
        #expect(try await engine.state(later) == .scheduled)
    }

    @Test("a due job whose row someone keeps locked does not make claims hurry")
    func lockedDueJob() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        try await engine.pool.execute(
            "update rinda.job set state = 1, scheduled_at = clock_timestamp() - interval '1 s' where id = \(id)")
        let session = try await engine.session()
        try await engine.pool.transaction { transaction in
            try await transaction.execute("select from rinda.job where id = \(id) for update")
            var cursor = ClaimCursor()
            let answer = try await engine.claim(session, cursor: &cursor)
            #expect(answer.jobs.isEmpty)
            #expect(answer.nextDue.map { $0 > answer.now } ?? true)
        }
        // Behind the cursor by now: the next sweep finds it.
        #expect(try await engine.claim(session).map(\.id) == [id])
    }

    @Test("a session whose lease has run out claims nothing")
    func expiredSession() async throws {
        let engine = Engine()
        let id = try await engine.enqueue().jobID
        let session = try await engine.session()
        try await engine.expire(session)
        #expect(try await engine.claim(session).isEmpty)
        #expect(try await engine.state(id) == .available)
        let live = try await engine.session()
        try await engine.pool.withConnection { try await endSession(live, on: &$0) }
        #expect(try await engine.claim(live).isEmpty)
    }

    @Test("a claim refuses a transaction whose snapshot may be older than the gate")
    func isolation() async throws {
        let engine = Engine()
        let session = try await engine.session()
        let statements: [SQL] = [
            "select * from rinda.claim(\(session), '{t}', '{q}', '{1}', '{1}', '{-32768}', '{0}', '{32768}', '-infinity')",
            "select * from rinda.claim_alone(\(session), '{t}', '{q}')",
        ]
        for statement in statements {
            let (state, message) = await sqlState {
                try await engine.pool.transaction(isolation: .repeatableRead) { _ = try await $0.query(statement) }
            }
            #expect(state == "25000")
            #expect(message.contains("repeatable read"))
        }
    }

    @Test("a claim passes by what another transaction has locked, and takes it once that is over")
    func passesByLockedRows() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 3)
        let session = try await engine.session()
        try await engine.pool.transaction { transaction in
            try await transaction.execute("select from rinda.job where id = \(ids[0]) for update")
            try await transaction.execute("update rinda.job set tags = '{x}' where id = \(ids[1])")
            #expect(try await engine.claim(session).map(\.id) == [ids[2]])
        }
        #expect(try await engine.claim(session).map(\.id) == [ids[0], ids[1]])
    }

    @Test("a row whose changer rolled back is claimed as it was")
    func rolledBackChange() async throws {
        let engine = Engine()
        let id = try await engine.enqueue("{\"v\": 1}", key: "rolled back").jobID
        let session = try await engine.session()
        struct Undo: Error {}
        try? await engine.pool.transaction { transaction in
            let request = EnqueueRequest(
                kind: "t", args: JSON("{\"v\": 2}"), queue: engine.queue, uniqueKey: "rolled back",
                onConflict: .replace)
            _ = try await Queue.enqueue(request, on: &transaction)
            throw Undo()
        }
        let jobs = try await engine.claim(session)
        #expect(jobs.map(\.id) == [id])
        #expect(jobs.first?.args == JSON("{\"v\": 1}"))
    }

    @Test("a job that commits late, behind the cursor, is found by a sweep")
    func lateCommit() async throws {
        let engine = Engine()
        let session = try await engine.session()
        var cursor = ClaimCursor()
        let late = try await engine.pool.transaction { transaction in
            let request = EnqueueRequest(kind: "t", queue: engine.queue)
            let late = try await Queue.enqueue(request, on: &transaction).jobID
            let early = try await engine.enqueue().jobID
            #expect(try await engine.claim(session, cursor: &cursor).jobs.map(\.id) == [early])
            return late
        }
        #expect(try await engine.claim(session, cursor: &cursor).jobs.isEmpty)
        cursor.sweep()
        #expect(try await engine.claim(session, cursor: &cursor).jobs.map(\.id) == [late])
    }

    @Test("claims that another process made since are seen although the cursor remembers which stood")
    func claimsOfOthers() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 9)
        let (mine, theirs) = (try await engine.session(), try await engine.session())
        var cursor = ClaimCursor()
        let first = try await engine.claim(mine, slots: 2, cursor: &cursor).jobs
        let second = try await engine.claim(theirs, slots: 3)
        cursor.sweep()
        let third = try await engine.claim(mine, slots: 2, cursor: &cursor).jobs
        #expect(third.map(\.id) == Array(ids[5...6]))
        try await engine.complete(first + third)
        cursor.sweep()
        #expect(try await engine.claim(mine, slots: 9, cursor: &cursor).jobs.map(\.id) == Array(ids[7...8]))
        #expect(cursor.standing.live.contains(second[0].lease))
        #expect(!cursor.standing.live.contains(first[0].lease))
    }

    @Test("what a process remembers of claims does not count after the server was started again")
    func anotherServer() async throws {
        let engine = Engine()
        let ids = try await engine.enqueue(count: 4)
        let held = try await engine.claim(try await engine.session(), slots: 2)
        var cursor = ClaimCursor()
        cursor.note(live: [], server: Timestamp(seconds: 1))
        cursor.note(live: [1 << 60], server: Timestamp(seconds: 1))
        let found = try await engine.claim(try await engine.session(), slots: 4, cursor: &cursor).jobs
        #expect(found.map(\.id) == Array(ids[2...]))
        #expect(cursor.standing.live.contains(held[0].lease))
    }

    @Test("many processes that claim at once never share a job and miss none")
    func parallelClaims() async throws {
        let engine = Engine(connections: 8)
        let ids = try await engine.enqueue(count: 2_000)
        let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let session = try await engine.session()
                    var cursor = ClaimCursor()
                    var mine: [Int64] = []
                    while true {
                        let jobs = try await engine.claim(session, slots: 23, cursor: &cursor).jobs
                        if jobs.isEmpty { return mine }
                        mine += jobs.map(\.id)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 2_000)
        #expect(Set(claimed) == Set(ids))
    }

    @Test("a claim over many queues takes from each no more than its slots")
    func manyQueues() async throws {
        let engine = Engine()
        let names = (0..<10_000).map { "\(engine.queue).\($0)" }
        let requests = (0..<30_000).map {
            EnqueueRequest(kind: "t", args: JSON("{}"), queue: names[$0 % 10_000], priority: ($0 / 10_000) % 2)
        }
        _ = try await engine.pool.transaction { try await Queue.enqueue(requests, in: &$0) }
        let session = try await engine.session()
        let slots = names[..<300].map { (queue: $0, slots: 2) }
        let jobs = try await engine.pool.withConnection { connection in
            var cursor = ClaimCursor()
            return try await Queue.claim(
                session: session, kinds: ["t"], free: slots, cursor: &cursor, on: &connection
            ).jobs
        }
        let counts = Dictionary(grouping: jobs, by: \.queue).mapValues(\.count)
        #expect(counts.count == 300)
        #expect(counts.values.allSatisfy { $0 == 2 })
        #expect(jobs.allSatisfy { $0.priority == 0 })
        let listed = try await engine.pool.withConnection { try await listQueues(on: &$0) }
        #expect(listed.count { $0.queue.hasPrefix("\(engine.queue).") } == 10_000)
    }
}
