import Civil
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Enqueueing one job: defaults, what is refused, uniqueness.
@Suite(.suiteDatabase)
struct EnqueueTests {
    @Test("a job that says nothing gets its kind's values, and an unknown kind the defaults")
    func defaults() async throws {
        let engine = Engine()
        let id = try await engine.value(
            "select job_id from rinda.enqueue('archive.audit', '{\"a\": 1}')", as: Int64.self)
        let known = try await engine.job(id)
        #expect(known.queue == "reports")
        #expect(known.priority == 10)
        #expect(known.state == .available)
        #expect(known.attempt == 0)
        #expect(known.crashes == 0)
        #expect(known.lease == nil)
        #expect(known.attemptedBy == nil)
        let other = try await engine.value("select job_id from rinda.enqueue('made.up')", as: Int64.self)
        let unknown = try await engine.job(other)
        #expect(unknown.queue == "default")
        #expect(unknown.priority == 0)
        #expect(unknown.maxAttempts == 5)
        #expect(unknown.args == JSON("{}"))
        #expect(unknown.tags.isEmpty)
    }

    @Test("the answer's state is the job's as of the statement")
    func stateInAnswer() async throws {
        let engine = Engine()
        #expect(try await engine.enqueue().state == .available)
        #expect(try await engine.enqueue(at: "2020-01-01T00:00:00Z").state == .available)
        let later = try await engine.enqueue(at: "2999-01-01T00:00:00Z")
        #expect(later.state == .scheduled)
        #expect(try await engine.state(later.jobID) == .scheduled)
    }

    @Test(
        "what is not well-formed is refused with 22023 and the value in the message",
        arguments: [
            ("select rinda.enqueue('Bad Kind')", "'Bad Kind'"),
            ("select rinda.enqueue('')", "''"),
            ("select rinda.enqueue(null)", "null"),
            ("select rinda.enqueue('9a')", "'9a'"),
            ("select rinda.enqueue(repeat('a', 129))", "'aaaa"),
            ("select rinda.enqueue('a', queue => 'q' || chr(10))", "'q"),
            ("select rinda.enqueue('a', queue => 'Ärger')", "'Ärger'"),
            ("select rinda.enqueue('a', queue => $$x'; drop table rinda.job; --$$)", "drop table"),
            ("select rinda.enqueue('a', on_conflict => 'KEEP')", "'KEEP'"),
            ("select rinda.enqueue('a', on_conflict => null)", "null"),
            ("select rinda.enqueue('a', max_attempts => 0)", "0"),
            ("select rinda.enqueue('a', max_attempts => -3)", "-3"),
            ("select rinda.enqueue('a', priority => 40000)", "40000"),
            ("select rinda.enqueue('a', priority => -40000)", "-40000"),
            ("select rinda.enqueue_many('{a,B}', '{1,2}')", "'B'"),
            ("select rinda.enqueue_many('{a,null}', '{1,2}')", "null"),
            ("select rinda.enqueue_many('{a}', '{1}', queues => '{Q}')", "'Q'"),
            ("select rinda.enqueue_many('{a}', '{1}', priorities => '{32768}')", "32768"),
            ("select rinda.enqueue_many('{a}', '{1}', max_attempts => '{0}')", "0"),
            ("select rinda.enqueue_many('{a}', '{1,2}')", "length"),
            ("select rinda.enqueue_many('{a}', '{1}', tags => '{}')", "length"),
        ])
    func refused(statement: String, value: String) async throws {
        let engine = Engine()
        let (state, message) = await sqlState { try await engine.pool.execute(SQL(raw: statement)) }
        #expect(state == "22023")
        #expect(message.contains(value))
    }

    @Test("the longest and the oddest names that are well-formed are taken")
    func oddNames() async throws {
        let engine = Engine()
        let long = "a" + String(repeating: "z", count: 127)
        for name in [long, "a", "a.b-c_d.9", "a--", "null"] {
            let id = try await engine.value(
                "select job_id from rinda.enqueue(\(name), queue => \(name))", as: Int64.self)
            #expect(try await engine.job(id).kind == name)
        }
        for priority in [Int32(-32_768), 32_767] {
            let id = try await engine.value(
                "select job_id from rinda.enqueue('a', priority => \(priority))", as: Int64.self)
            #expect(try await engine.job(id).priority == Int(priority))
        }
    }

    @Test("hostile text in every free field comes back unchanged")
    func hostileText() async throws {
        let engine = Engine()
        let hostile =
            "'; drop table rinda.job; -- \\ \" {} \u{1}\u{1F}\u{7F} \u{202E}abc\u{FEFF} 🇱🇻 ā\u{0304} %s $1 \r\n\t"
        let text = String(decoding: try JSONEncoder().encode(hostile), as: UTF8.self)
        let request = EnqueueRequest(
            kind: "t", args: JSON("{\"v\": \(text)}"), queue: engine.queue, uniqueKey: hostile,
            tags: [hostile, "", "{a,b}", "NULL"], metadata: JSON("{\(text): \(text)}"))
        let one = try await engine.pool.withConnection { try await Queue.enqueue(request, on: &$0) }
        var second = request
        second.uniqueKey = hostile + "2"
        let plain = EnqueueRequest(kind: "t", queue: engine.queue)
        let bulk = [second, plain]
        let many = try await engine.pool.transaction { try await Queue.enqueue(bulk, in: &$0) }
        second.uniqueKey = hostile + "3"
        let copied = [second]
        let counts = try await engine.pool.transaction { try await enqueueByCopy(copied, in: &$0) }
        #expect(counts == EnqueueCounts(inserted: 1))
        let third = try await engine.value(
            "select id from rinda.jobs where unique_key = \(hostile + "3")", as: Int64.self)
        for id in [one.jobID, many[0].jobID, third] {
            let job = try await engine.job(id)
            #expect(job.tags == [hostile, "", "{a,b}", "NULL"])
            #expect(job.uniqueKey?.hasPrefix(hostile) == true)
            #expect(try JSONDecoder().decode([String: String].self, from: Data(job.args.text.utf8)) == ["v": hostile])
            #expect(
                try JSONDecoder().decode([String: String].self, from: Data(job.metadata.text.utf8)) == [
                    hostile: hostile
                ])
        }
        // It goes the whole way: claimed, failed with it, discarded.
        let session = try await engine.session()
        let claimed = try #require(try await engine.claim(session).first { $0.id == one.jobID })
        try await engine.settle(claimed, Settlement(verdict: .discarded, reason: .failed, message: hostile + "\0"))
        #expect(try await engine.job(one.jobID).failures.last?.message == hostile + "\u{FFFD}")
    }

    @Test("a NUL and broken JSON are refused as PostgreSQL does")
    func refusedByPostgres() async throws {
        let engine = Engine()
        let escaped = await sqlState {
            try await engine.pool.execute(SQL(raw: #"select rinda.enqueue('a', '{"v": "\u0000"}')"#))
        }
        #expect(escaped.state == "22P05")
        let broken = await sqlState { try await engine.pool.execute(SQL(raw: "select rinda.enqueue('a', '{v}')")) }
        #expect(broken.state == "22P02")
        await #expect(throws: PostgresError.self) { try await engine.enqueue(key: "a\0b") }
    }

    @Test("arguments, metadata and key of one megabyte are taken and come back")
    func large() async throws {
        let engine = Engine()
        let text = String(repeating: "ā✓x", count: 170_000)
        let id = try await engine.enqueue("{\"v\": \"\(text)\"}", key: text, metadata: "{\"m\": \"\(text)\"}").jobID
        let again = try await engine.enqueue(key: text)
        #expect(again.outcome == .existing)
        #expect(again.jobID == id)
        let session = try await engine.session()
        let job = try #require(try await engine.claim(session).first)
        #expect(job.args == JSON("{\"v\": \"\(text)\"}"))
        try await engine.settle(job, Settlement(verdict: .completed, output: JSON("\"\(text)\"")))
        let done = try await engine.job(id)
        #expect(done.uniqueKey == text)
        #expect(done.output == JSON("\"\(text)\""))
    }

    @Test("a key is unique among the unfinished jobs of its kind, whatever their queue, and free once one is final")
    func scope() async throws {
        let engine = Engine()
        let first = try await engine.enqueue(key: "k")
        #expect(first.outcome == .inserted)
        let elsewhere = try await engine.value(
            "select outcome from rinda.enqueue('t', queue => 'elsewhere', unique_key => 'k')", as: String.self)
        #expect(elsewhere == "existing")
        #expect(try await engine.enqueue(kind: "t2", key: "k").outcome == .inserted)
        #expect(try await engine.enqueue(key: "").outcome == .inserted)
        #expect(try await engine.enqueue(key: "").outcome == .existing)
        let session = try await engine.session()
        let job = try #require(try await engine.claim(session).first { $0.id == first.jobID })
        let held = try await engine.enqueue(key: "k")
        #expect(held.outcome == .existing)
        #expect(held.state == .running)
        try await engine.settle(job, Settlement(verdict: .retry, delay: .seconds(60), reason: .failed, message: "no"))
        #expect(try await engine.enqueue(key: "k").state == .retryable)
        #expect(try await engine.cancel(first.jobID) == .cancelled)
        let second = try await engine.enqueue(key: "k")
        #expect(second.outcome == .inserted)
        #expect(try await engine.retry(first.jobID) == .held)
        #expect(try await engine.state(first.jobID) == .cancelled)
    }

    @Test("replace gives a waiting job the call's values under its id, with its counters at 0")
    func replace() async throws {
        let engine = Engine()
        let id = try await engine.enqueue("{\"v\": 1}", priority: 5, key: "r", maxAttempts: 2).jobID
        let session = try await engine.session()
        let job = try #require(try await engine.claim(session).first)
        _ = try await engine.value("select rinda.progress(\(id), \(job.lease), '{\"percent\": 50}')", as: Bool.self)
        try await engine.settle(job, Settlement(verdict: .retry, delay: .zero, reason: .failed, message: "no"))
        #expect(try await engine.job(id).attempt == 1)
        let request = EnqueueRequest(
            kind: "t", args: JSON("{\"v\": 2}"), queue: "other", priority: 9,
            scheduledAt: Timestamp(iso: "2999-01-01T00:00:00Z"), uniqueKey: "r", maxAttempts: 7, tags: ["x"],
            metadata: JSON("{\"m\": 1}"), onConflict: .replace)
        let answer = try await engine.pool.withConnection { try await Queue.enqueue(request, on: &$0) }
        #expect(answer == EnqueueAnswer(jobID: id, outcome: .replaced, state: .scheduled))
        let now = try await engine.job(id)
        #expect(now.state == .scheduled)
        #expect(now.args == JSON("{\"v\": 2}"))
        #expect(now.queue == "other")
        #expect(now.priority == 9)
        #expect(now.maxAttempts == 7)
        #expect(now.tags == ["x"])
        #expect(now.metadata == JSON("{\"m\": 1}"))
        #expect(now.attempt == 0)
        #expect(now.crashes == 0)
        #expect(now.progress == nil)
        #expect(now.lease == job.lease)
    }

    @Test("replace leaves a running job as it is, and does not hold up its settle")
    func replaceRunning() async throws {
        let engine = Engine()
        let id = try await engine.enqueue("{\"v\": 1}", key: "rr").jobID
        let session = try await engine.session()
        let job = try #require(try await engine.claim(session).first)
        try await engine.pool.transaction { transaction in
            let request = EnqueueRequest(
                kind: "t", args: JSON("{\"v\": 2}"), queue: engine.queue, uniqueKey: "rr", onConflict: .replace)
            let answer = try await Queue.enqueue(request, on: &transaction)
            #expect(answer == EnqueueAnswer(jobID: id, outcome: .existing, state: .running))
            // The caller's transaction stays open.
            #expect(try await engine.settle(job, Settlement(verdict: .completed)))
        }
        #expect(try await engine.job(id).args == JSON("{\"v\": 1}"))
    }

    @Test("a key in an open transaction makes enqueue wait and answer by its outcome", arguments: [true, false])
    func openHolder(commits: Bool) async throws {
        let engine = Engine()
        let key = "open \(commits)"
        struct Undo: Error {}
        let (first, second) = try await withThrowingTaskGroup(of: EnqueueAnswer.self) { group in
            var first: EnqueueAnswer?
            do {
                first = try await engine.pool.transaction { transaction in
                    let request = EnqueueRequest(kind: "t", queue: engine.queue, uniqueKey: key)
                    let first = try await Queue.enqueue(request, on: &transaction)
                    group.addTask { try await engine.enqueue(key: key) }
                    #expect(try await engine.waitsForLock("rinda.enqueue"))
                    if !commits { throw Undo() }
                    return first
                }
            } catch is Undo {}
            return (first, try #require(try await group.next()))
        }
        if commits {
            #expect(second.outcome == .existing)
            #expect(second.jobID == first?.jobID)
        } else {
            #expect(second.outcome == .inserted)
        }
    }

    @Test("under REPEATABLE READ a key that was taken after the snapshot raises 40001", arguments: ["keep", "replace"])
    func repeatableRead(conflict: String) async throws {
        let engine = Engine()
        let key = "rr \(conflict)"
        let (state, _) = await sqlState {
            try await engine.pool.transaction(isolation: .repeatableRead) { transaction in
                _ = try await transaction.query("select count(*) from rinda.job")
                try await engine.enqueue(key: key)
                try await transaction.execute(
                    "select rinda.enqueue('t', unique_key => \(key), on_conflict => \(conflict))")
            }
        }
        #expect(state == "40001")
    }

    @Test("under REPEATABLE READ replace works, and raises 40001 where a claim came after the snapshot", .database)
    func repeatableReadReplace() async throws {
        let engine = Engine()
        try await engine.enqueue(key: "rrr")
        let outcome = try await engine.pool.transaction(isolation: .repeatableRead) { transaction in
            try await transaction.query(
                "select outcome from rinda.enqueue('t', '{\"v\": 2}', queue => \(engine.queue), unique_key => 'rrr', on_conflict => 'replace')"
            ).first?.decode(0, as: String.self)
        }
        #expect(outcome == "replaced")
        let session = try await engine.session()
        let (state, _) = await sqlState {
            try await engine.pool.transaction(isolation: .repeatableRead) { transaction in
                _ = try await transaction.query("select count(*) from rinda.job")
                #expect(try await engine.claim(session).count == 1)
                try await transaction.execute(
                    "select rinda.enqueue('t', unique_key => 'rrr', on_conflict => 'replace')")
            }
        }
        #expect(state == "40001")
    }

    @Test("lock_timeout applies to an enqueue that waits for a key")
    func lockTimeout() async throws {
        let engine = Engine()
        try await engine.pool.transaction { transaction in
            try await transaction.execute("select rinda.enqueue('t', unique_key => 'lt')")
            let (state, _) = await sqlState {
                try await engine.pool.transaction { other in
                    try await other.execute("set local lock_timeout = '20ms'")
                    try await other.execute("select rinda.enqueue('t', unique_key => 'lt')")
                }
            }
            #expect(state == "55P03")
        }
    }

    @Test("of many sessions that enqueue the same keys, one inserts each")
    func parallelKeys() async throws {
        let engine = Engine(connections: 8)
        let outcomes = try await withThrowingTaskGroup(of: [EnqueueAnswer].self) { group in
            for task in 0..<8 {
                group.addTask {
                    var answers: [EnqueueAnswer] = []
                    for number in 0..<25 {
                        let conflict: EnqueueRequest.Conflict = (task + number) % 3 == 0 ? .replace : .keep
                        answers.append(try await engine.enqueue(key: "p\(number)", onConflict: conflict))
                    }
                    return answers
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes.count == 200)
        #expect(outcomes.filter { $0.outcome == .inserted }.count == 25)
        #expect(Set(outcomes.map(\.jobID)).count == 25)
    }

    @Test("ids past 2^32 go the whole way")
    func largeIDs() async throws {
        let engine = Engine()
        let high: Int64 = 1 << 40
        try await engine.pool.execute(
            "insert into rinda.job (id, kind, queue, priority, args) values (\(high), 't', \(engine.queue), 0, '{}')")
        let session = try await engine.session()
        var cursor = ClaimCursor()
        let job = try #require(try await engine.claim(session, cursor: &cursor).jobs.first)
        #expect(job.id == high)
        #expect(cursor.ranges(of: [engine.queue]).contains { $0.fromID == high + 1 })
        #expect(try await engine.settle(job, Settlement(verdict: .completed)))
        #expect(try await engine.state(high) == .completed)
    }
}
