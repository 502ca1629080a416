import Postgres
import Testing

@testable import Queue

/// How an attempt ended, and what becomes of its job.
struct DecideTests {
    private let policy = KindPolicy(
        kind: "t", maxAttempts: 3, backoffBase: .seconds(10), backoffFactor: 2, backoffCap: .seconds(100))

    private func verdict(_ end: AttemptEnd, attempt: Int = 1) -> Settlement? {
        decide(end, attempt: attempt, maxAttempts: 3, policy: policy, jitter: 0)
    }

    @Test("an end that is final whatever the attempt keeps its verdict", arguments: [1, 2, 3, 4])
    func finalEnds(attempt: Int) {
        #expect(
            verdict(.returned(.completed(output: JSON("1"))), attempt: attempt)
                == Settlement(verdict: .completed, output: JSON("1")))
        #expect(
            verdict(.returned(.cancel(reason: "no need")), attempt: attempt)
                == Settlement(verdict: .cancelled, reason: .cancelled, message: "no need"))
        #expect(
            verdict(.returned(.discard(reason: "hopeless")), attempt: attempt)
                == Settlement(verdict: .discarded, reason: .failed, message: "hopeless"))
        #expect(
            verdict(.undecodable(message: "args: n is missing"), attempt: attempt)
                == Settlement(verdict: .discarded, reason: .args, message: "args: n is missing"))
        #expect(verdict(.cancelRequested, attempt: attempt)?.verdict == .cancelled)
        #expect(verdict(.cancelRequested, attempt: attempt)?.reason == .cancelled)
    }

    @Test("an end that costs no attempt comes back whatever the attempt", arguments: [1, 3, 30])
    func endsAtNoCost(attempt: Int) {
        #expect(verdict(.interrupted, attempt: attempt) == Settlement(verdict: .release))
        #expect(
            verdict(.returned(.snooze(.seconds(7))), attempt: attempt)
                == Settlement(verdict: .snooze, delay: .seconds(7)))
        #expect(verdict(.returned(.snooze(.seconds(-7))), attempt: attempt)?.delay == .zero)
    }

    @Test("what is lost or already written is not written", arguments: [1, 3])
    func nothingToWrite(attempt: Int) {
        #expect(verdict(.leaseLost, attempt: attempt) == nil)
        #expect(verdict(.returned(.settled), attempt: attempt) == nil)
    }

    @Test(
        "a failure is retried with growing delays until the attempts are used up",
        arguments: [AttemptEnd.failed(message: "no"), .timedOut(after: .seconds(5))])
    func failures(end: AttemptEnd) {
        let reason: FailureReason = if case .failed = end { .failed } else { .timeout }
        #expect(verdict(end, attempt: 1)?.verdict == .retry)
        #expect(verdict(end, attempt: 1)?.delay == .seconds(10))
        #expect(verdict(end, attempt: 2)?.delay == .seconds(20))
        #expect(verdict(end, attempt: 2)?.reason == reason)
        #expect(verdict(end, attempt: 3)?.verdict == .discarded)
        #expect(verdict(end, attempt: 3)?.reason == reason)
        #expect(verdict(end, attempt: 9)?.verdict == .discarded)
        #expect(verdict(end, attempt: 3)?.message?.isEmpty == false)
    }

    @Test("delays grow up to the cap and jitter only shortens them", arguments: 1...80)
    func backoff(attempt: Int) {
        let whole = policy.backoff(afterAttempt: attempt, jitter: 0)
        let shortened = policy.backoff(afterAttempt: attempt, jitter: 0.999_999)
        #expect(whole <= policy.backoffCap)
        #expect(shortened >= whole * 0.8)
        #expect(shortened < whole)
        if attempt > 1 { #expect(whole >= policy.backoff(afterAttempt: attempt - 1, jitter: 0)) }
        if attempt >= 5 { #expect(whole == .seconds(100)) }
    }

    @Test("a kind without a delay is retried at once, also after many attempts")
    func noDelay() {
        let eager = KindPolicy(kind: "t", backoffBase: .zero, backoffFactor: 3, backoffCap: .zero)
        #expect(eager.backoff(afterAttempt: 1, jitter: 0.5) == .zero)
        #expect(eager.backoff(afterAttempt: 1_000_000, jitter: 0) == .zero)
    }
}
