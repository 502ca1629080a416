import Civil
import Postgres
import Testing

@testable import Queue

/// Why a job stands where it does, from the facts alone.
struct ExplainTests {
    private func facts(
        _ state: JobState, leaseUntil: Timestamp? = nil, _ change: (inout WhyFacts) -> Void = { _ in }
    ) -> WhyFacts {
        let now = Timestamp(seconds: 1_000)
        let job = JobRecord(
            id: 7, kind: "t", queue: "default", state: state, attempt: 1, crashes: 3, scheduledAt: now, createdAt: now,
            attemptedBy: "host:1:x", lease: 9, leaseUntil: leaseUntil)
        var facts = WhyFacts(
            job: job, now: now, paused: nil, knownBy: [(name: "w", servesQueue: true)], liveWorkers: 1,
            mustRunAlone: false, cancelRequestedBy: nil, ahead: 0, aheadByPriority: 0)
        change(&facts)
        return facts
    }

    private func codes(_ facts: WhyFacts) -> [WhyAnswer.Code] {
        explain(facts).map(\.code)
    }

    @Test("a final job has one answer, whatever else is wrong", arguments: JobState.allCases.filter(\.isFinal))
    func final(state: JobState) {
        #expect(
            codes(
                facts(state) {
                    $0.knownBy = []
                    $0.paused = (Timestamp(seconds: 1), "me")
                }) == [.final])
    }

    @Test("a running job names its lease, an expired lease and a cancel that is on its way")
    func running() {
        #expect(codes(facts(.running, leaseUntil: Timestamp(seconds: 1_001))) == [.running])
        #expect(codes(facts(.running, leaseUntil: Timestamp(seconds: 999))) == [.leaseExpired, .running])
        let answers = explain(facts(.running) { $0.cancelRequestedBy = "anna" })
        #expect(answers.map(\.code) == [.cancelRequested, .running])
        #expect(answers[0].message.contains("anna"))
        #expect(answers[1].message.contains("host:1:x"))
    }

    @Test("a waiting job names everything that holds it, and the next claim where nothing does")
    func waiting() {
        #expect(codes(facts(.available)) == [.next])
        #expect(codes(facts(.scheduled)) == [.scheduled])
        #expect(codes(facts(.retryable)) == [.retryAt])
        #expect(codes(facts(.available) { $0.paused = (Timestamp(seconds: 1), "me") }) == [.paused])
        #expect(codes(facts(.available) { $0.knownBy = [] }) == [.unknownKind])
        #expect(codes(facts(.available) { $0.knownBy = [("w", false)] }) == [.unservedQueue])
        #expect(codes(facts(.available) { $0.mustRunAlone = true }) == [.alone])
        #expect(codes(facts(.available) { $0.ahead = 2 }) == [.behind])
        #expect(
            codes(
                facts(.retryable) {
                    $0.paused = (Timestamp(seconds: 1), "me")
                    $0.knownBy = []
                    $0.mustRunAlone = true
                    $0.ahead = 5
                }) == [.retryAt, .paused, .unknownKind, .alone])
    }

    @Test("without any live worker the answer is to start one")
    func noWorker() {
        let answers = explain(
            facts(.available) {
                $0.knownBy = []
                $0.liveWorkers = 0
            })
        #expect(answers[0].message.contains("start rinda-worker"))
    }
}

extension JobRecord {
    fileprivate init(
        id: Int64, kind: String, queue: String, state: JobState, attempt: Int, crashes: Int, scheduledAt: Timestamp,
        createdAt: Timestamp, attemptedBy: String?, lease: Int64?, leaseUntil: Timestamp?
    ) {
        self.init(
            id: id, kind: kind, queue: queue, state: state, priority: 0, attempt: attempt, maxAttempts: 5,
            crashes: crashes, scheduledAt: scheduledAt, createdAt: createdAt, attemptedAt: nil, finalizedAt: createdAt,
            attemptedBy: attemptedBy, lease: lease, leaseUntil: leaseUntil, uniqueKey: nil, tags: [],
            metadata: JSON("{}"), args: JSON("{}"), output: nil, errors: JSON("[]"), progress: nil)
    }
}
