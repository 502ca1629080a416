import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Turns at a connection")
struct TurnsTests {
    private final class Gauge: Sendable {
        private let state = Mutex((now: 0, most: 0, done: 0))

        func enter() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }

        func leave() {
            state.withLock { state in
                state.now -= 1
                state.done += 1
            }
        }

        var most: Int { state.withLock { $0.most } }
        var done: Int { state.withLock { $0.done } }
    }

    @Test("never more than there are, and everybody gets one")
    func bounded() async throws {
        let turns = Turns(3)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await turns.take {
                        gauge.enter()
                        await Task.yield()
                        gauge.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(gauge.most <= 3)
        #expect(gauge.done == 200)
    }

    @Test("who is cancelled while waiting leaves the line, and its turn is not lost")
    func cancelled() async throws {
        let turns = Turns(1)
        let (release, releasing) = AsyncStream.makeStream(of: Void.self)
        let (held, holding) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            try await turns.take {
                holding.finish()
                for await _ in release {}
            }
        }
        for await _ in held {}
        let waiting = Task { try await turns.take {} }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        releasing.finish()
        try await holder.value
        let isFree = try await turns.take { true }
        #expect(isFree)
    }

    @Test("a body that throws gives its turn back")
    func throwing() async throws {
        struct Failure: Error {}
        let turns = Turns(1)
        await #expect(throws: Failure.self) { try await turns.take { throw Failure() } }
        #expect(try await turns.take { 7 } == 7)
    }
}

@Suite("The command line of rinda-worker")
struct WorkerOptionsTests {
    @Test(
        "known options are understood, help wins",
        arguments: [
            ([], WorkerOptions.serve), (["--alone"], .alone), (["--version"], .version), (["--alone", "-h"], .help),
        ] as [([String], WorkerOptions)])
    func known(arguments: [String], expected: WorkerOptions) throws {
        #expect(try WorkerOptions(arguments) == expected)
    }

    @Test("anything else is refused by name: a misspelt option starts no worker")
    func unknown() {
        #expect(throws: UsageError(argument: "--hepl")) { try WorkerOptions(["--hepl"]) }
    }
}
