import Synchronization

/// Keeps events for one reader: equal ones once, in the order of their first coming, never more than a bound.
final class EventBuffer: Sendable {
    private struct State {
        var order: [Listener.Event] = []
        var kept: Set<Listener.Event> = []
        var isFinished = false
    }

    private let capacity: Int
    private let state = Mutex(State())
    private let arrival: Reactor.Token
    private let reactor = Reactor.shared

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        arrival = reactor.watchSignal()
    }

    deinit {
        reactor.forget(arrival)
    }

    /// Keeps an event. Where there are too many, all become one: look at everything once.
    func offer(_ event: Listener.Event) {
        state.withLock { state in
            guard !state.kept.contains(event) else { return }
            if state.order.count >= capacity {
                state.order = [.reconnected]
                state.kept = [.reconnected]
                return
            }
            state.order.append(event)
            state.kept.insert(event)
        }
        reactor.signal(arrival)
    }

    /// No event comes any more.
    func finish() {
        state.withLock { $0.isFinished = true }
        reactor.signal(arrival)
    }

    /// The next event; nil at the end or where the task is cancelled.
    func next() async -> Listener.Event? {
        while !Task.isCancelled {
            let (event, isFinished) = state.withLock { state -> (Listener.Event?, Bool) in
                guard !state.order.isEmpty else { return (nil, state.isFinished) }
                let event = state.order.removeFirst()
                state.kept.remove(event)
                return (event, false)
            }
            if let event { return event }
            if isFinished { return nil }
            _ = await reactor.wait(arrival)
        }
        return nil
    }
}
