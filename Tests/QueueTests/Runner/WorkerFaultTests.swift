import Civil
import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Queue

/// A worker whose lease, connections or answers are lost. Each test has a database of its own.
@Suite(.database)
struct WorkerFaultTests {
    @Test("a worker that finds its lease expired gives its handlers up, writes nothing of them, and goes on")
    func lostLease() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, context in
            notes.add("begun")
            if context.job.crashes == 0 {
                do {
                    try await Door().pass()
                } catch {
                    notes.add("interrupted")
                    throw error
                }
            }
            return .completed()
        }
        let id = try await engine.enqueue().jobID
        let (_, drained) = try await engine.withWorker(handlers, lease: .seconds(4)) { worker in
            try await becomes { notes.count("begun") == 1 }
            let first = try await engine.job(id)
            try await engine.pool.execute("update rinda.worker set lease_until = clock_timestamp()")
            try await becomes { notes.count("interrupted") == 1 }
            try await engine.reach(id, .completed)
            let row = try await engine.job(id)
            #expect(row.crashes == 1)
            #expect(row.attempt == 1)
            #expect(try #require(row.lease) > (try #require(first.lease)))
            #expect(row.attemptedBy != first.attemptedBy)
            #expect(worker.counts.leasesLost >= 1)
        }
        #expect(drained == .clean)
    }

    @Test("a worker that cannot renew in time by its own clock stops its handlers before its lease is over")
    func selfFencing() async throws {
        let engine = Engine()
        let notes = Notes()
        let lease = Duration.seconds(6)
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, context in
            do {
                notes.add("begun")
                try await Door().pass()
            } catch {
                notes.add("interrupted")
                throw error
            }
            return .completed()
        }
        let id = try await engine.enqueue().jobID
        _ = try await engine.withWorker(handlers, lease: lease, drain: .zero) { worker in
            try await becomes { notes.count("begun") >= 1 }
            // Nobody can renew while this transaction keeps the session's row.
            try await engine.pool.transaction { transaction in
                try await transaction.execute("select from rinda.worker for update")
                let held = try await engine.job(id).leaseUntil
                try await becomes { notes.count("interrupted") == 1 }
                let now = try await engine.value("select clock_timestamp()", as: Timestamp.self)
                #expect(now < (try #require(held)))
            }
            #expect(worker.counts.leasesLost >= 1)
        }
    }

    @Test("finished work is written although its connections are cut again and again")
    func cutConnections() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: WorkerTests.N.self) { args, _ in
            notes.add("\(args.n)")
            return .completed()
        }
        _ = try await engine.enqueue(count: 1_000)
        let (_, drained) = try await engine.withWorker(handlers, slots: 20, lease: .seconds(20)) { worker in
            var cuts = 0
            let finished = try await eventually(within: .seconds(60)) {
                if cuts < 15 {
                    cuts += 1
                    try await engine.pool.execute(
                        """
                        select pg_terminate_backend(pid) from pg_stat_activity
                         where datname = current_database() and application_name = \("control \(engine.queue)")
                        """)
                }
                return try await engine.value("select not exists (select from rinda.job)", as: Bool.self)
            }
            #expect(finished)
            #expect(worker.counts.leasesLost == 0)
        }
        #expect(drained == .clean)
        #expect(notes.distinct == 1_000)
        let sound = try await engine.value(
            "select count(*) from rinda.jobs where state = 'completed' and crashes = 0 and attempt = 1", as: Int64.self)
        #expect(sound == 1_000)
        #expect(try await engine.value("select count(*) from rinda.claim", as: Int64.self) == 0)
    }

    @Test("a claim whose answer was lost is found by the heartbeats and given back at no cost")
    func lostClaim() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in .completed() }
        let id = try await engine.enqueue(kind: "later").jobID
        try await engine.withWorker(handlers, lease: .seconds(4)) { _ in
            try await becomes { try await engine.value("select exists (select from rinda.worker)", as: Bool.self) }
            // As if the worker's own claim had been answered into the void.
            try await engine.pool.execute(
                """
                with known as (update rinda.job set kind = 't' where id = \(id) returning id)
                insert into rinda.claim (lease, session, claimed_at, ids)
                select nextval('rinda.lease'), w.session, clock_timestamp(), array[known.id]
                  from rinda.worker w cross join known
                """)
            try await engine.reach(id, .completed)
        }
        let row = try await engine.job(id)
        #expect(row.crashes == 0)
        #expect(row.attempt == 1)
    }

    @Test("a lease that is taken away while the session lives interrupts its attempt")
    func takenLease() async throws {
        let engine = Engine()
        let notes = Notes()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, context in
            notes.add("begun")
            if notes.count("begun") == 1 { try await Door().pass() }
            return .completed()
        }
        let id = try await engine.enqueue().jobID
        try await engine.withWorker(handlers, lease: .seconds(4)) { worker in
            try await becomes { notes.count("begun") == 1 }
            try await engine.pool.execute("delete from rinda.claim")
            try await engine.reach(id, .completed)
        }
        #expect(notes.count("begun") == 2)
    }

    @Test("a drain gives back what does not finish in its grace, at no cost, and ends clean")
    func drain() async throws {
        let engine = Engine()
        let notes = Notes()
        let door = Door()
        var handlers = Handlers()
        handlers.on("t", args: WorkerTests.N.self) { args, _ in
            notes.add("begun")
            switch args.n {
            case 0: try await Door().pass()
            case 1: await door.passStubbornly()
            default: try await door.pass()
            }
            return .completed()
        }
        let ids = try await engine.enqueue(count: 4)
        let (_, drained) = try await engine.withWorker(handlers, slots: 3, drain: .milliseconds(300)) { worker in
            try await becomes { notes.count("begun") == 3 }
            worker.stop()
        }
        #expect(drained == .clean)
        door.open()
        for id in ids {
            let row = try await engine.job(id)
            #expect(row.state == .available)
            #expect(row.attempt == 0)
            #expect(row.crashes == 0)
            #expect(row.leaseUntil == nil)
        }
        #expect(try await engine.rescue().isEmpty)
        let stopped = try await engine.value("select bool_and(stopped_at is not null) from rinda.worker", as: Bool.self)
        #expect(stopped)
    }

    @Test("a drain lets finish what finishes in its grace, and claims nothing more")
    func gracefulDrain() async throws {
        let engine = Engine()
        let notes = Notes()
        let door = Door()
        var handlers = Handlers()
        handlers.on("t", args: WorkerTests.N.self) { _, _ in
            notes.add("begun")
            try await door.pass()
            return .completed()
        }
        let ids = try await engine.enqueue(count: 3)
        let (_, drained) = try await engine.withWorker(handlers, slots: 2) { worker in
            try await becomes { notes.count("begun") == 2 }
            worker.stop()
            door.open()
        }
        #expect(drained == .clean)
        #expect(try await engine.state(ids[0]) == .completed)
        #expect(try await engine.state(ids[1]) == .completed)
        #expect(try await engine.state(ids[2]) == .available)
    }

    @Test("an unreachable database is waited for, at the start and later, and a stop ends the waiting")
    func unreachable() async throws {
        let engine = Engine()
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in .completed() }
        let nowhere = ConnectionSettings("host=/nonexistent dbname=x")
        let worker = Worker(
            configuration: WorkerConfiguration(
                name: "host:1:unreachable", version: "test", queues: [.init(queue: engine.queue, slots: 1)]),
            handlers: handlers, control: Pool(nowhere), database: Pool(nowhere), listen: nil, logger: Engine.silent)
        let ready = Notes()
        let running = Task { await worker.run { ready.add("ready") } }
        worker.stop()
        #expect(await running.value == .clean)
        #expect(ready.count("ready") == 0)
    }

    @Test("a begin whose answer was lost does not keep the worker from beginning again")
    func nameTaken() async throws {
        let engine = Engine()
        let name = "host:1:taken"
        _ = try await engine.pool.withConnection {
            try await beginSession(
                name: name, kinds: ["t"], queues: [engine.queue], version: "test", lease: .seconds(30), on: &$0)
        }
        var handlers = Handlers()
        handlers.on("t", args: Anything.self) { _, _ in .completed() }
        let worker = Worker(
            configuration: WorkerConfiguration(
                name: name, version: "test", queues: [.init(queue: engine.queue, slots: 1)],
                pollInterval: .milliseconds(50)),
            handlers: handlers, control: Pool(engine.settings), database: Pool(engine.settings), listen: nil,
            logger: Engine.silent)
        let id = try await engine.enqueue().jobID
        let running = Task { await worker.run {} }
        try await engine.reach(id, .completed)
        worker.stop()
        #expect(await running.value == .clean)
    }
}
