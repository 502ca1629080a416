import Synchronization

/// Lets a few tests at a time have a database: all tests of a run begin at once, and a machine with two cores that runs
/// hundreds of them against one server makes every one of them slow enough to miss a deadline.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(places: Int) {
        state = Mutex(State(free: places))
    }

    /// Takes a place, waiting for one in turn.
    func enter() async {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state -> Bool in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if enters { continuation.resume() }
        }
    }

    /// Gives the place to who waits longest.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
