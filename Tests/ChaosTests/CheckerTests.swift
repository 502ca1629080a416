import ChaosHistory
import Testing

/// The checker finds each thing that must never happen, and nothing in a sound history.
struct CheckerTests {
    /// A history, numbered in order.
    private func check(
        _ events: [Event], acknowledged: [Int64] = [], revival: Bool = false
    ) -> Set<Violation.Rule> {
        var checker = Checker(allowsRevival: revival)
        for (index, event) in events.enumerated() {
            var event = event
            event.number = Int64(index + 1)
            checker.read(event)
        }
        checker.end(acknowledged: acknowledged)
        return Set(checker.violations.map(\.rule))
    }

    private func event(
        _ kind: Event.Kind, _ job: Int64 = 0, lease: Int64? = nil, jobs: [Int64] = [], state: String? = nil,
        attempt: Int = 0, crashes: Int = 0, transaction: UInt64 = 1, inTime: Bool = true
    ) -> Event {
        Event(
            number: 0, transaction: transaction, kind: kind, job: job, lease: lease, jobs: jobs, state: state,
            attempt: attempt, crashes: crashes, inTime: inTime)
    }

    private func enqueue(_ job: Int64, in transaction: UInt64 = 1) -> Event {
        event(.enqueue, job, transaction: transaction)
    }
    private func claim(_ lease: Int64, _ jobs: Int64...) -> Event { event(.claim, lease: lease, jobs: jobs) }
    private func drop(_ lease: Int64, _ jobs: Int64...) -> Event { event(.drop, lease: lease, jobs: jobs) }
    private func done(
        _ job: Int64, _ lease: Int64, attempt: Int = 1, crashes: Int = 0, state: String = "completed",
        in transaction: UInt64 = 1
    ) -> Event {
        event(.final, job, lease: lease, state: state, attempt: attempt, crashes: crashes, transaction: transaction)
    }

    @Test("a sound history: a failure, a crash, an effect, a batch that leaves one by one")
    func sound() {
        #expect(
            check(
                [
                    enqueue(1), enqueue(2), claim(5, 1, 2), event(.release, lease: 5, jobs: [1]),
                    event(.change, 1, attempt: 1), done(2, 5), drop(5, 2), claim(6, 1), drop(6, 1),
                    event(.change, 1, attempt: 1, crashes: 1), claim(7, 1), event(.renew, 3),
                    event(.effect, 1, lease: 7, transaction: 9),
                    done(1, 7, attempt: 2, crashes: 1, in: 9), drop(7, 1),
                ], acknowledged: [1, 2]
            ).isEmpty)
    }

    @Test("two leases of one job at once")
    func overlap() {
        #expect(check([enqueue(1), claim(5, 1), claim(6, 1), done(1, 6), drop(5), drop(6)]) == [.overlap])
    }

    @Test("a lease that does not grow")
    func order() {
        #expect(check([enqueue(1), claim(5, 1), drop(5, 1), claim(4, 1), done(1, 4), drop(4)]) == [.leaseOrder])
    }

    @Test("a completion and an effect of a lease that was lost")
    func lost() {
        #expect(check([enqueue(1), claim(5, 1), drop(5, 1), done(1, 5)]) == [.lostLeaseWrote])
        #expect(
            check([
                enqueue(1), claim(5, 1), drop(5, 1), claim(6, 1), event(.effect, 1, lease: 5, transaction: 8),
                done(1, 6), drop(6),
            ]) == [.lostLeaseWrote, .effectTwice])
    }

    @Test("an effect without the completion of its transaction, or twice")
    func effects() {
        let before = [enqueue(1), claim(5, 1)]
        let effect = event(.effect, 1, lease: 5, transaction: 2)
        #expect(check(before + [effect, done(1, 5, in: 3), drop(5)]) == [.effectTwice])
        #expect(check(before + [effect, effect, done(1, 5, in: 2), drop(5)]) == [.effectTwice])
        #expect(check(before + [effect, done(1, 5, in: 2), drop(5)]).isEmpty)
    }

    @Test("a final job that changes, is claimed, ends again or is enqueued again")
    func final() {
        let ended = [enqueue(1), claim(5, 1), done(1, 5), drop(5)]
        #expect(check(ended + [event(.tamper, 1)]) == [.finalChanged])
        #expect(check(ended + [done(1, 5, state: "cancelled")]) == [.finalChanged])
        #expect(check(ended + [claim(6, 1), drop(6)]) == [.strayClaim])
        #expect(check(ended + [enqueue(1)]) == [.finalChanged])
        #expect(check(ended + [event(.unfinal, 1)]).contains(.finalChanged))
        let revived = ended + [event(.unfinal, 1, transaction: 4), enqueue(1, in: 4), claim(6, 1), done(1, 6), drop(6)]
        #expect(check(revived, revival: true).isEmpty)
        #expect(check(revived) == [.finalChanged])
    }

    @Test("attempts and crashes that do not add up")
    func counting() {
        let begun = [enqueue(1), claim(5, 1)]
        #expect(check(begun + [done(1, 5, attempt: 2), drop(5)]) == [.miscounted])
        #expect(check(begun + [done(1, 5, crashes: 2), drop(5)]) == [.miscounted])
        let back = begun + [drop(5, 1)]
        let end = [claim(6, 1), done(1, 6, attempt: 2, crashes: 1), drop(6)]
        #expect(check(back + [event(.change, 1, attempt: 1, crashes: 1)] + end) == [.miscounted])
        #expect(check(back + [event(.change, 1, attempt: 2)] + end).contains(.miscounted))
        #expect(check(back + [event(.change, 1, crashes: 1), event(.change, 1)] + end).contains(.miscounted))
    }

    @Test("a renewal after the end, a job that never ends, a lease that stays")
    func leftovers() {
        #expect(check([event(.renew, 3, inTime: false)]) == [.lateRenewal])
        #expect(check([enqueue(1)]) == [.neverFinal])
        #expect(check([], acknowledged: [9]) == [.neverFinal])
        #expect(check([enqueue(1), claim(5, 1), done(1, 5)]) == [.leakedClaim])
        #expect(check([claim(5, 1), drop(5)]) == [.strayClaim])
    }
}
