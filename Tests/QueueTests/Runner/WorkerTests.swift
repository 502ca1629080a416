import Civil
import Foundation
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Queue

/// A worker in this process, from claim to settle.
@Suite(.suiteDatabase)
struct WorkerTests {
    struct N: Decodable, Sendable { let n: Int }
    struct Refusal: Error, CustomStringConvertible { let description: String }

    @Test("two workers run every job once and keep what each leaves")
    func everyJobOnce() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { args, _ in
            notes.add("\(args.n)")
            return .completed(output: JSON("\(args.n * 2)"))
        }
        let ids = try await engine.enqueue(count: 1_500)
        let (_, drained) = try await engine.withWorker(handlers, slots: 40) { first in
            try await engine.withWorker(handlers, slots: 7) { second in
                let finished = try await eventually {
                    try await engine.value(
                        "select not exists (select from rinda.job where queue = \(engine.queue))", as: Bool.self)
                }
                #expect(finished)
                #expect(first.counts.settled + second.counts.settled == 1_500)
                #expect(first.counts.stale + second.counts.stale == 0)
            }
        }
        #expect(drained == .clean)
        #expect(notes.distinct == 1_500)
        #expect(notes.most == 1)
        let sound = try await engine.value(
            """
            select count(*) from rinda.jobs where queue = \(engine.queue) and state = 'completed' and attempt = 1
               and attempted_at is not null and finalized_at >= attempted_at and attempted_by is not null
               and output = to_jsonb((args ->> 'n')::int * 2)
            """, as: Int64.self)
        #expect(sound == Int64(ids.count))
        #expect(
            try await engine.value(
                "select count(*) from rinda.claim c join rinda.worker w using (session) where \(engine.queue) = any (w.queues)",
                as: Int64.self) == 0)
    }

    @Test("a failing job is retried until its attempts are used up, then discarded with every failure")
    func failures() async throws {
        let engine = Engine()
        try await engine.addKind("fails", maxAttempts: 3)
        var handlers = Handlers()
        handlers.on("fails", args: Anything.self) { _, context in
            throw Refusal(description: "attempt \(context.job.attempt)")
        }
        let id = try await engine.enqueue(kind: "fails").jobID
        try await engine.withWorker(handlers) { _ in try await engine.reach(id, .discarded) }
        let row = try await engine.job(id)
        #expect(row.attempt == 3)
        #expect(row.failures.map(\.message) == ["attempt 1", "attempt 2", "attempt 3"])
        #expect(row.failures.map(\.reason) == ["failed", "failed", "failed"])
    }

    @Test("a job past its timeout is interrupted and retried with the reason")
    func timeout() async throws {
        let engine = Engine()
        try await engine.addKind("slow", timeout: 0.05)
        var handlers = Handlers()
        handlers.on("slow", args: Anything.self) { _, context in
            if context.job.attempt == 1 { try await Door().pass() }
            return .completed()
        }
        let id = try await engine.enqueue(kind: "slow").jobID
        try await engine.withWorker(handlers) { _ in try await engine.reach(id, .completed) }
        let row = try await engine.job(id)
        #expect(row.attempt == 2)
        #expect(row.failures.map(\.reason) == ["timeout"])
    }

    @Test("a handler that ignores its cancellation is settled without it, and its slot stays taken until it ends")
    func ignoredCancellation() async throws {
        let engine = Engine()
        try await engine.addKind("stubborn", maxAttempts: 1, timeout: 0.05)
        let door = Door()
        var handlers = Handlers()
        handlers.on("stubborn", args: Anything.self) { _, _ in
            await door.passStubbornly()
            return .completed()
        }
        handlers.on("t", args: Anything.self) { _, _ in .completed() }
        let id = try await engine.enqueue(kind: "stubborn").jobID
        let (_, drained) = try await engine.withWorker(handlers, slots: 1) { worker in
            try await engine.reach(id, .discarded)
            #expect(try await engine.job(id).failures.last?.reason == "timeout")
            let next = try await engine.enqueue().jobID
            #expect(worker.slots.withLock { $0.free.isEmpty })
            #expect(try await engine.state(next) == .available)
            door.open()
            try await engine.reach(next, .completed)
            // What it did in the end changes nothing.
            #expect(try await engine.state(id) == .discarded)
        }
        #expect(drained == .clean)
    }

    @Test("arguments that do not decode discard the job at its first attempt and name the path")
    func undecodable() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { _, _ in .completed() }
        let id = try await engine.enqueue("{\"n\": \"x\"}").jobID
        try await engine.withWorker(handlers) { _ in try await engine.reach(id, .discarded) }
        let row = try await engine.job(id)
        #expect(row.attempt == 1)
        #expect(row.failures.map(\.reason) == ["args"])
        #expect(row.failures.first?.message.contains("n ") == true)
    }

    @Test("a running job is cancelled without notifications, within a heartbeat", arguments: [true, false])
    func cancelRunning(listens: Bool) async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in
            notes.add("begun")
            try await Door().pass()
            return .completed()
        }
        let id = try await engine.enqueue().jobID
        try await engine.withWorker(handlers, lease: .seconds(2), listens: listens) { _ in
            try await becomes { notes.count("begun") == 1 }
            #expect(try await engine.cancel(id) == .requested)
            try await engine.reach(id, .cancelled)
        }
        #expect(try await engine.job(id).failures.last?.reason == "cancelled")
        #expect(notes.count("begun") == 1)
    }

    @Test("what a handler returns says what becomes of the job: snooze, cancel, discard")
    func outcomes() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { args, context in
            notes.add("\(args.n)")
            switch args.n {
            case 0: return notes.count("0") < 3 ? .snooze(.milliseconds(1)) : .completed()
            case 1: return .cancel(reason: "no need")
            default: return .discard(reason: "hopeless")
            }
        }
        let ids = try await engine.enqueue(count: 3)
        try await engine.withWorker(handlers) { _ in
            try await engine.reach(ids[0], .completed)
            try await engine.reach(ids[1], .cancelled)
            try await engine.reach(ids[2], .discarded)
        }
        #expect(try await engine.job(ids[0]).attempt == 1)
        #expect(notes.count("0") == 3)
        #expect(try await engine.job(ids[2]).failures.last?.message == "hopeless")
    }

    @Test("a handler's own transaction completes its job; what it does afterwards changes nothing about it")
    func transactional() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { args, context in
            if args.n == 2 { return .settled }
            let outcome = try await context.complete { transaction in
                try await transaction.execute(
                    "insert into rinda.diagnostic_effect (job_id, lease) values (\(context.job.id), \(context.job.lease))"
                )
            }
            if args.n == 1 { throw Refusal(description: "after the commit") }
            return outcome
        }
        let ids = try await engine.enqueue(count: 2)
        let liar = try await engine.enqueue("{\"n\": 2}", maxAttempts: 1).jobID
        try await engine.withWorker(handlers) { worker in
            for id in ids { try await engine.reach(id, .completed) }
            try await engine.reach(liar, .discarded)
            #expect(worker.counts.stale == 0)
        }
        let effects = try await engine.value(
            "select count(*) from rinda.diagnostic_effect where job_id = any (\(ids))", as: Int64.self)
        #expect(effects == 2)
    }

    @Test("an output that cannot be stored discards its job with the reason and holds up no other")
    func unstorableOutput() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { args, _ in
            switch args.n {
            case 3: .completed(output: JSON("{broken"))
            case 5: .completed(output: JSON("{\"v\": \"\\u0000\"}"))
            default: .completed(output: JSON("1"))
            }
        }
        let ids = try await engine.enqueue(count: 9)
        try await engine.withWorker(handlers) { _ in
            for (n, id) in ids.enumerated() {
                try await engine.reach(id, n == 3 || n == 5 ? .discarded : .completed)
            }
        }
        #expect(try await engine.job(ids[3]).failures.last?.message.contains("could not be stored") == true)
    }

    @Test("what a handler logs is kept with the attempt, within bounds, also for a flood")
    func logs() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { args, context in
            for number in 0..<(args.n == 0 ? 2 : 20_000) {
                context.logger.info("line \(number)", metadata: ["number": "\(number)"])
            }
            if context.job.attempt == 1 { return .snooze(.zero) }
            return .completed()
        }
        handlers.on("t2", args: Anything.self) { _, context in
            context.logger.error("a\0b 'quoted' \u{1F600}")
            throw Refusal(description: "x")
        }
        let ids = try await engine.enqueue(count: 2)
        let failing = try await engine.enqueue(kind: "t2", maxAttempts: 1).jobID
        try await engine.pool.execute("update rinda.job set attempt = 1 where id = any (\(ids))")
        try await engine.withWorker(handlers) { _ in
            for id in ids { try await engine.reach(id, .completed) }
            try await engine.reach(failing, .discarded)
        }
        let short = try await engine.pool.withConnection { try await readAttemptLogs(job: ids[0], on: &$0) }
        #expect(short.map(\.attempt) == [2])
        #expect(short.first?.lines.map(\.message) == ["line 0", "line 1"])
        #expect(short.first?.lines[1].metadata == ["number": "1"])
        let flood = try await engine.pool.withConnection { try await readAttemptLogs(job: ids[1], on: &$0) }
        #expect(flood.first?.lines.count == 200)
        #expect(flood.first?.dropped == 19_800)
        let failed = try await engine.pool.withConnection { try await readAttemptLogs(job: failing, on: &$0) }
        #expect(failed.first?.lines.first?.message == "a\u{FFFD}b 'quoted' \u{1F600}")
        #expect(failed.first?.lines.last?.message == "attempt failed")
    }

    @Test("a notification starts a job at once on an idle worker whose polls are far apart")
    func notification() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in .completed() }
        try await engine.withWorker(handlers, poll: .seconds(3600), listens: true) { worker in
            let idle = try await eventually {
                try await engine.value(
                    "select coalesce(bool_or(idle), false) from rinda.worker where queues = array[\(engine.queue)]",
                    as: Bool.self)
            }
            #expect(idle)
            for _ in 0..<5 {
                let id = try await engine.enqueue().jobID
                try await engine.reach(id, .completed)
            }
            let bulk = try await engine.enqueue(count: 3)
            for id in bulk { try await engine.reach(id, .completed) }
        }
    }

    @Test("a job whose row someone keeps locked holds up neither the others nor the worker")
    func lockedRow() async throws {
        let engine = Engine()
        let door = Door()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { _, _ in
            try await door.pass()
            return .completed()
        }
        let ids = try await engine.enqueue(count: 6)
        let (_, drained) = try await engine.withWorker(handlers) { worker in
            try await engine.reach(ids[5], .running)
            try await engine.pool.transaction { transaction in
                try await transaction.execute("select from rinda.job where id = \(ids[2]) for update")
                door.open()
                for id in ids where id != ids[2] { try await engine.reach(id, .completed) }
                #expect(try await engine.state(ids[2]) == .running)
            }
            try await engine.reach(ids[2], .completed)
            #expect(worker.counts.settled == 6)
        }
        #expect(drained == .clean)
    }

    @Test("a suspected crasher is left to a process of its own, which runs one job and ends")
    func isolation() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, context in
            notes.add("\(context.job.id)")
            return .completed()
        }
        let ids = try await engine.enqueue(count: 2)
        try await engine.pool.execute("update rinda.job set state = 3, crashes = 3 where id = any (\(ids))")
        let alone = handlers
        let isolate: @Sendable () async -> Void = {
            notes.add("isolated")
            let run = try? await engine.withWorker(alone, runsAlone: true) { worker in
                _ = try await eventually { worker.counts.settled > 0 }
                return worker.counts.started
            }
            #expect(run?.result == 1)
            #expect(run?.drained == .clean)
        }
        try await engine.withWorker(handlers, isolate: isolate) { worker in
            for id in ids { try await engine.reach(id, .completed) }
            #expect(worker.counts.started == 0)
        }
        #expect(notes.count("isolated") == 2)
        #expect(notes.most == 2)
    }

    @Test("a claim that lingers for one long job does not keep the ids of those that are done")
    func shrunkClaim() async throws {
        let engine = Engine()
        let door = Door()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { args, _ in
            if args.n == 0 { try await door.pass() }
            return .completed()
        }
        let ids = try await engine.enqueue(count: 64)
        try await engine.withWorker(handlers, slots: 64, lease: .seconds(6)) { _ in
            let shrunk = try await eventually {
                try await engine.value(
                    "select exists (select from rinda.claim where ids = array[\(ids[0])])", as: Bool.self)
            }
            #expect(shrunk)
            door.open()
            try await engine.reach(ids[0], .completed)
        }
    }

    @Test("handlers that block their threads hold up neither heartbeats nor the worker's end")
    func blockingHandlers() async throws {
        let engine = Engine()
        let door = Door()
        var handlers = Handlers()
        handlers.on("t", args: N.self) { _, _ in
            door.passBlocking()
            return .completed()
        }
        let ids = try await engine.enqueue(count: 40)
        try await engine.withWorker(handlers, slots: 40, lease: .seconds(9)) { worker in
            try await becomes { worker.counts.started == 40 }
            let first = try await engine.job(ids[0]).leaseUntil
            let renewed = try await eventually {
                guard let first, let until = try await engine.job(ids[0]).leaseUntil else { return false }
                return until.duration(since: first) > .seconds(5)
            }
            #expect(renewed)
            door.open()
            for id in ids { try await engine.reach(id, .completed) }
            #expect(worker.counts.leasesLost == 0)
        }
    }
}
