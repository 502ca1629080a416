import Synchronization

/// A bounded number of turns, handed out in the order in which they are asked for.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var nextNumber = 0
        /// Who waits, by number; numbers grow.
        var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let state: Mutex<State>

    /// So many turns at a time.
    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Waits for a turn and runs the body in it.
    ///
    /// - Throws: `CancellationError` where the task is cancelled while it waits; what the body throws.
    func take<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        guard await wait() else { throw CancellationError() }
        defer { giveBack() }
        return try await body()
    }

    /// Whether a turn was had; false where the task was cancelled first.
    private func wait() async -> Bool {
        let number = state.withLock { state -> Int in
            state.nextNumber += 1
            return state.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((number, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
