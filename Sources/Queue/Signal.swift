import Synchronization

/// Wakes one waiting task. Raised while nobody waits, it is remembered once.
final class Signal: Sendable {
    private struct State {
        var raised = false
        var waiter: CheckedContinuation<Void, Never>?
        var turn = 0
    }

    private let state = Mutex(State())

    /// Wakes the waiter, or the next one.
    func raise() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.raised = true
                return nil
            }
            state.waiter = nil
            state.turn += 1
            return waiter
        }
        waiter?.resume()
    }

    /// Waits until the signal is raised, a time has passed, or the task is cancelled. One task at a time may wait.
    func wait(atMost limit: Duration) async {
        let turn = state.withLock { state -> Int? in
            if state.raised {
                state.raised = false
                return nil
            }
            return state.turn
        }
        guard let turn, limit > .zero else { return }
        let alarm = Task { [self] in
            try await Task.sleep(for: limit, tolerance: .zero)
            expire(turn)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state -> Bool in
                    if state.raised || state.turn != turn || Task.isCancelled {
                        state.raised = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            expire(turn)
        }
    }

    private func expire(_ turn: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.turn == turn else { return nil }
            state.turn += 1
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
