import Civil
import Postgres
import TestSupport
import Testing

@testable import Queue

/// Enqueueing many jobs at once, by arrays and by COPY.
@Suite(.suiteDatabase)
struct EnqueueManyTests {
    private func enqueue(_ requests: [EnqueueRequest], _ engine: Engine) async throws -> [EnqueueAnswer] {
        try await engine.pool.transaction { try await Queue.enqueue(requests, in: &$0) }
    }

    @Test("each job gets its own values and its own answer, in order")
    func values() async throws {
        let engine = Engine()
        var requests: [EnqueueRequest] = []
        for number in 0..<500 {
            requests.append(
                EnqueueRequest(
                    kind: number.isMultiple(of: 5) ? "archive.audit" : "t", args: JSON("{\"n\": \(number)}"),
                    queue: number.isMultiple(of: 3) ? nil : engine.queue,
                    priority: number.isMultiple(of: 2) ? number : nil,
                    uniqueKey: number.isMultiple(of: 7) ? "\(engine.queue) \(number)" : nil,
                    maxAttempts: number.isMultiple(of: 4) ? 9 : nil,
                    tags: number.isMultiple(of: 6) ? ["x", "y z"] : [],
                    metadata: JSON(number.isMultiple(of: 8) ? "{\"traceparent\": \"00-1\"}" : "{}")))
        }
        let answers = try await enqueue(requests, engine)
        #expect(answers.map(\.jobID) == answers.map(\.jobID).sorted())
        #expect(answers.allSatisfy { $0.outcome == .inserted && $0.state == .available })
        for number in [0, 1, 3, 5, 6, 7, 8, 15, 40, 42, 499] {
            let job = try await engine.job(answers[number].jobID)
            let request = requests[number]
            #expect(job.args == JSON("{\"n\": \(number)}"))
            #expect(job.queue == request.queue ?? (request.kind == "t" ? "default" : "reports"))
            #expect(job.priority == request.priority ?? (request.kind == "t" ? 0 : 10))
            #expect(job.uniqueKey == request.uniqueKey)
            #expect(job.maxAttempts == request.maxAttempts ?? 5)
            #expect(job.tags == request.tags)
            #expect(job.metadata.text == request.metadata.text)
        }
    }

    @Test("keys taken before, taken twice in the batch, and scheduled jobs answer as if one came after the other")
    func conflicts() async throws {
        let engine = Engine()
        let old = try await engine.enqueue(key: "old").jobID
        func request(_ key: String?, _ conflict: EnqueueRequest.Conflict, at: String? = nil) -> EnqueueRequest {
            EnqueueRequest(
                kind: "t", args: JSON("{\"v\": \"\(conflict)\"}"), queue: engine.queue,
                scheduledAt: at.flatMap { .init(iso: $0) }, uniqueKey: key, onConflict: conflict)
        }
        let answers = try await enqueue(
            [
                request("old", .keep), request("new", .keep), request("new", .keep), request(nil, .keep),
                request("later", .keep, at: "2999-01-01T00:00:00Z"), request("later", .keep),
                request("old", .replace), request("new", .replace), request("new", .replace),
            ], engine)
        #expect(
            answers.map(\.outcome) == [
                .existing, .inserted, .existing, .inserted, .inserted, .existing, .replaced, .replaced, .replaced,
            ])
        #expect(answers[0].jobID == old)
        #expect(answers[1].jobID == answers[2].jobID)
        #expect(answers[4].state == .scheduled)
        #expect(answers[5].state == .scheduled)
        #expect(try await engine.job(old).args == JSON("{\"v\": \"replace\"}"))
        let session = try await engine.session()
        try await engine.claim(session)
        let again = try await enqueue([request("old", .keep), request("old", .replace)], engine)
        #expect(again.map(\.outcome) == [.existing, .existing])
        #expect(again.map(\.state) == [.running, .running])
    }

    @Test("a batch is in the caller's transaction, and one bad job refuses all")
    func atomic() async throws {
        let engine = Engine()
        struct Undo: Error {}
        try? await engine.pool.transaction { transaction in
            _ = try await Queue.enqueue(
                [EnqueueRequest(kind: "t", queue: engine.queue)], in: &transaction)
            throw Undo()
        }
        let bad = [EnqueueRequest(kind: "t", queue: engine.queue), EnqueueRequest(kind: "T", queue: engine.queue)]
        let (state, _) = await sqlState { _ = try await enqueue(bad, engine) }
        #expect(state == "22023")
        let (copied, _) = await sqlState {
            _ = try await engine.pool.transaction { try await enqueueByCopy(bad, in: &$0) }
        }
        #expect(copied == "22023")
        #expect(
            try await engine.value("select count(*) from rinda.jobs where queue = \(engine.queue)", as: Int64.self) == 0
        )
        #expect(try await enqueue([], engine).isEmpty)
    }

    @Test("a hundred thousand jobs in one call, and again by COPY with half of the keys taken")
    func bulk() async throws {
        let engine = Engine()
        let requests = (0..<100_000).map {
            EnqueueRequest(kind: "t", args: JSON("{\"n\": \($0)}"), queue: engine.queue)
        }
        let answers = try await enqueue(requests, engine)
        #expect(Set(answers.map(\.jobID)).count == 100_000)
        let keyed = (0..<20_000).map {
            EnqueueRequest(kind: "t", args: JSON("{\"n\": \($0)}"), queue: engine.queue, uniqueKey: "b\($0 % 10_000)")
        }
        let counts = try await engine.pool.transaction { try await enqueueByCopy(keyed, in: &$0) }
        #expect(counts == EnqueueCounts(inserted: 10_000, existing: 10_000))
        let second = try await engine.pool.transaction { transaction in
            let first = try await enqueueByCopy(keyed.prefix(10), in: &transaction)
            let second = try await enqueueByCopy(keyed.prefix(10), onConflict: .replace, in: &transaction)
            return [first, second]
        }
        #expect(second == [EnqueueCounts(existing: 10), EnqueueCounts(replaced: 10)])
    }

    @Test("batches with the same keys in opposite order do not deadlock")
    func noDeadlock() async throws {
        let engine = Engine(connections: 6)
        let forward = (0..<400).map { EnqueueRequest(kind: "t", queue: engine.queue, uniqueKey: "d\($0)") }
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<6 {
                let batch = task.isMultiple(of: 2) ? forward : forward.reversed()
                group.addTask { try await enqueue(batch, engine).filter { $0.outcome == .inserted }.count }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 400)
    }
}
