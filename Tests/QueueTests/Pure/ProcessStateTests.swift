import Civil
import Foundation
import Logging
import Postgres
import Testing

@testable import Queue

/// What a process knows of itself: its slots, its leases, and what waits to be written.
struct ProcessStateTests {
    private func attempt(_ id: Int64, lease: Int64, queue: String = "a") -> Attempt {
        Attempt(
            job: ClaimedJob(id: id, lease: lease, claimedAt: Timestamp(seconds: 0), kind: "t", queue: queue),
            timeout: .seconds(10), now: .now)
    }

    @Test("slots are taken at the claim and free only when each attempt is done with")
    func slots() {
        var slots = Slots([.init(queue: "b", slots: 2), .init(queue: "a", slots: 3)])
        #expect(slots.free.map(\.queue) == ["a", "b"])
        #expect(slots.free.map(\.slots) == [3, 2])
        let attempts = [attempt(1, lease: 7), attempt(2, lease: 7), attempt(3, lease: 7, queue: "b")]
        slots.start(attempts)
        #expect(slots.totalUsed == 3)
        #expect(slots.free.map(\.slots) == [1, 1])
        slots.free(attempts[0])
        slots.free(attempts[0])
        #expect(slots.totalUsed == 2)
        #expect(slots.free.map(\.slots) == [2, 1])
    }

    @Test("a lease is closed by the last of its jobs, and by none before")
    func closing() {
        var slots = Slots([.init(queue: "a", slots: 9)])
        slots.start([attempt(1, lease: 7), attempt(2, lease: 7), attempt(3, lease: 8)])
        #expect(slots.closing([7]).isEmpty)
        #expect(Set(slots.closing([7, 7, 8])) == [7, 8])
        slots.leave([7])
        #expect(slots.closing([7]) == [7])
        slots.leave([7])
        #expect(slots.closing([7]).isEmpty)
        #expect(slots.closing([99]).isEmpty)
    }

    @Test("a lease is known while something of it runs or is being written, also after its session is lost")
    func knownLeases() {
        var slots = Slots([.init(queue: "a", slots: 9)])
        let attempts = [attempt(1, lease: 7), attempt(2, lease: 8)]
        slots.start(attempts)
        slots.leave([7])
        #expect(slots.leases == [7, 8])
        slots.free(attempts[0])
        #expect(slots.leases == [8])
        slots.forgetLeases()
        #expect(slots.leases == [8])
        #expect(slots.closing([8]).isEmpty)
    }

    @Test("a claim is shrunk when half of it has left, and again only when half of the rest has")
    func shrinking() {
        var slots = Slots([.init(queue: "a", slots: 100)])
        let attempts = (0..<80).map { attempt($0, lease: 7) }
        slots.start(attempts)
        slots.leave(Array(repeating: 7, count: 39))
        let leases1 = slots.takeShrinkable()
        #expect(leases1.isEmpty)
        slots.leave([7])
        let leases2 = slots.takeShrinkable()
        #expect(leases2 == [7])
        let leases3 = slots.takeShrinkable()
        #expect(leases3.isEmpty)
        slots.leave(Array(repeating: 7, count: 20))
        let leases4 = slots.takeShrinkable()
        #expect(leases4 == [7])
        slots.leave(Array(repeating: 7, count: 19))
        let leases5 = slots.takeShrinkable()
        #expect(leases5.isEmpty)
    }

    @Test("a claim whose answer may still come is no orphan; one whose answer cannot come is")
    func orphans() {
        var ledger = ClaimLedger()
        ledger.begin()
        // Reported while its claim is on its way: only a suspect.
        let found6 = ledger.orphans(reported: [5], known: [])
        #expect(found6.isEmpty)
        let found7 = ledger.orphans(reported: [5], known: [])
        #expect(found7.isEmpty)
        ledger.end()
        let found8 = ledger.orphans(reported: [5], known: [])
        #expect(found8 == [5])
        // The answer came after all: known, and no suspect any more.
        ledger.begin()
        let found9 = ledger.orphans(reported: [6], known: [])
        #expect(found9.isEmpty)
        ledger.end()
        let found10 = ledger.orphans(reported: [6], known: [6])
        #expect(found10.isEmpty)
        let found11 = ledger.orphans(reported: [6], known: [])
        #expect(found11.isEmpty)
    }

    @Test("an end that was put off comes when its time has come and nothing else waits")
    func settleQueue() {
        let now = ContinuousClock.now
        var queue = SettleQueue()
        var late = PendingSettle(attempt: attempt(1, lease: 7))
        late.notBefore = now + .seconds(2)
        queue.add(late)
        queue.add(PendingSettle(attempt: attempt(2, lease: 7)))
        let taken12 = queue.take(atMost: 10, now: now + .seconds(3))
        #expect(taken12.map(\.attempt.job.id) == [2])
        queue.finish(1)
        let taken13 = queue.take(atMost: 10, now: now)
        #expect(taken13.isEmpty)
        #expect(queue.hasUnwritten)
        #expect(queue.nextPostponed == now + .seconds(2))
        let taken14 = queue.take(atMost: 10, now: now + .seconds(2))
        #expect(taken14.map(\.attempt.job.id) == [1])
        #expect(queue.hasUnwritten)
        queue.finish(1)
        #expect(!queue.hasUnwritten)
    }

    @Test("sweeps come every second, or take a fiftieth of the time")
    func sweepPacing() {
        let start = ContinuousClock.now
        var pacing = SweepPacing()
        let due15 = pacing.isDue(now: start)
        #expect(due15)
        pacing.note(took: .milliseconds(1), now: start)
        let due16 = pacing.isDue(now: start + .milliseconds(999))
        #expect(!due16)
        pacing.note(took: .seconds(100), now: start + .milliseconds(999))
        let due17 = pacing.isDue(now: start + .seconds(1))
        #expect(due17)
        pacing.note(took: .milliseconds(200), now: start + .seconds(1))
        let due18 = pacing.isDue(now: start + .seconds(10))
        #expect(!due18)
        let due19 = pacing.isDue(now: start + .seconds(11))
        #expect(due19)
    }

    @Test("an interruption keeps its first reason, except that a lost lease outranks every other")
    func interruptions() {
        let one = attempt(1, lease: 1)
        one.interrupt(.timedOut(after: .seconds(1)))
        one.interrupt(.cancelRequested)
        #expect(one.interruption == .timedOut(after: .seconds(1)))
        one.interrupt(.leaseLost)
        #expect(one.interruption == .leaseLost)
        #expect(one.finish())
        #expect(!one.finish())
    }

    @Test("a log keeps its first and its last lines and counts the others")
    func floodedLog() throws {
        let log = AttemptLog()
        for number in 0..<1_000 {
            log.append(LogLine(at: Timestamp(seconds: 0), level: .info, message: "line \(number)", metadata: nil))
        }
        let entry = try #require(log.take(for: attempt(1, lease: 1).job))
        let lines = try JSONDecoder().decode([LogLine].self, from: Data(entry.lines.text.utf8))
        #expect(lines.count == 200)
        #expect(lines.map(\.message).prefix(2) == ["line 0", "line 1"])
        #expect(lines[100].message == "line 900")
        #expect(lines.last?.message == "line 999")
        #expect(entry.dropped == 800)
        #expect(log.take(for: attempt(1, lease: 1).job) == nil)
    }

    @Test("a log line is bounded and holds nothing that the database cannot store")
    func longLine() {
        let metadata: Logger.Metadata = ["k\0": "\(String(repeating: "v", count: 5_000))"]
        let line = LogLine(
            at: Timestamp(seconds: 0), level: .error, message: "a\0" + String(repeating: "x", count: 700),
            metadata: metadata)
        #expect(line.message.hasPrefix("a\u{FFFD}x"))
        #expect(line.metadata?["k\u{FFFD}"]?.count == 298)
    }

    @Test("undecodable arguments name the path at which they fail")
    func argumentPaths() {
        struct Inner: Decodable { let sleep_ms: Int }
        struct Outer: Decodable { let list: [Inner] }
        func failure(_ text: String) -> String {
            let result = Result { try JSONDecoder().decode(Outer.self, from: Data(text.utf8)) }
            guard case .failure(let error) = result else { return "decoded" }
            return (error as? DecodingError).map { UndecodableArgs($0).description } ?? "\(error)"
        }
        #expect(
            failure(#"{"list": [{"sleep_ms": 1}, {"sleep_ms": "x"}]}"#)
                == "args: list.[1].sleep_ms is not a whole number")
        #expect(failure(#"{"list": [{}]}"#) == "args: list.[0].sleep_ms is missing")
        #expect(failure("7").hasPrefix("args: the whole"))
    }
}
