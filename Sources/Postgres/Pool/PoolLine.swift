import Synchronization

/// Who has a session of a pool, who waits for one, and how many there may be: decisions only, no network.
final class PoolLine: Sendable {
    /// What a borrower gets: a session, or the right to open one.
    enum Grant: Sendable {
        case lent(Session)
        case open
    }

    private struct State {
        var idle: [Session] = []
        /// Sessions open, being opened, or lent.
        var open = 0
        var waiters = WaitingLine()
        var isClosed = false
        /// Tokens of those who wait for the last session to end.
        var closers: [Reactor.Token] = []
    }

    private let capacity: Int
    private let state = Mutex(State())
    private let reactor = Reactor.shared

    init(capacity: Int) {
        self.capacity = capacity
    }

    var census: PoolCensus {
        state.withLock { PoolCensus(open: $0.open, idle: $0.idle.count, waiting: $0.waiters.count) }
    }

    /// Waits for a session or a place to open one.
    ///
    /// - Throws: `.poolTimeout`, `.poolClosed`, `.cancelled`.
    func enter(until deadline: Deadline) async throws(PostgresError) -> Grant {
        if Task.isCancelled { throw Self.cancelled }
        let token: Reactor.Token
        switch try takeOrQueue() {
        case .grant(let grant): return grant
        case .queued(let queued): token = queued
        }
        defer { reactor.forget(token) }
        let wakeup = await reactor.wait(token, until: deadline)
        // Whatever ended the wait, a grant made meanwhile is in our hands and must be used or given back.
        let (grant, isClosed) = state.withLock { ($0.waiters.leave(token), $0.isClosed) }
        switch (grant, wakeup) {
        case (.some(let grant), .cancelled):
            giveBack(grant)
            throw Self.cancelled
        case (.some(let grant), _): return grant
        case (nil, .cancelled): throw Self.cancelled
        case (nil, _) where isClosed: throw Self.closed
        case (nil, _):
            throw PostgresError(
                .poolTimeout, "no connection of the pool became free in time (all \(capacity) are in use)")
        }
    }

    /// Takes back a session that is fit to be lent again.
    func leave(_ session: Session) {
        let surplus: Session? = state.withLock { state in
            if state.isClosed {
                depart(&state)
                return session
            }
            if let token = state.waiters.grantNext(.lent(session)) {
                reactor.signal(token)
            } else {
                state.idle.append(session)
            }
            return nil
        }
        surplus?.close()
    }

    /// Takes back the place of a session that has ended; whoever waits longest may open another.
    func vacate() {
        state.withLock { depart(&$0) }
    }

    /// Ends all idle sessions: one like them has stopped answering, so the others are not worth a timeout each.
    func distrustIdle() {
        let suspects = state.withLock { state -> [Session] in
            let suspects = state.idle
            state.idle = []
            for _ in suspects { depart(&state) }
            return suspects
        }
        for session in suspects { session.close() }
    }

    /// Refuses everybody from now on and waits until the last session has ended.
    func close() async {
        let done = reactor.watchSignal()
        defer { reactor.forget(done) }
        let (idle, isEmpty) = state.withLock { state -> ([Session], Bool) in
            state.isClosed = true
            for token in state.waiters.tokens { reactor.signal(token) }
            let idle = state.idle
            state.idle = []
            state.open -= idle.count
            if state.open > 0 { state.closers.append(done) }
            return (idle, state.open == 0)
        }
        for session in idle { session.close() }
        if !isEmpty { _ = await reactor.wait(done, heedsCancellation: false) }
    }

    private enum Entry {
        case grant(Grant)
        case queued(Reactor.Token)
    }

    private func takeOrQueue() throws(PostgresError) -> Entry {
        let token = reactor.watchSignal()
        let entry: Entry? = state.withLock { state in
            if state.isClosed { return nil }
            // Those who wait come first, or a stream of newcomers would starve them.
            if state.waiters.isEmpty {
                if let session = state.idle.popLast() { return .grant(.lent(session)) }
                if state.open < capacity {
                    state.open += 1
                    return .grant(.open)
                }
            }
            state.waiters.join(token)
            return .queued(token)
        }
        if case .queued = entry {} else { reactor.forget(token) }
        guard let entry else { throw Self.closed }
        return entry
    }

    private func giveBack(_ grant: Grant) {
        switch grant {
        case .lent(let session): leave(session)
        case .open: vacate()
        }
    }

    /// One session fewer: its place goes to whoever waits longest.
    private func depart(_ state: inout State) {
        if !state.isClosed, let token = state.waiters.grantNext(.open) {
            reactor.signal(token)
            return
        }
        state.open -= 1
        if state.open == 0 {
            for token in state.closers { reactor.signal(token) }
            state.closers = []
        }
    }

    private static var closed: PostgresError { PostgresError(.poolClosed, "the pool has been closed") }

    private static var cancelled: PostgresError {
        PostgresError(.cancelled, "the task was cancelled while it waited for a connection")
    }
}

/// Those who wait for a session, in the order in which they came.
private struct WaitingLine {
    /// In order; those who left early are merely marked, by having no entry among the grants.
    private var order: [Reactor.Token] = []
    private var first = 0
    private var waiting: Set<Reactor.Token> = []
    private var granted: [Reactor.Token: PoolLine.Grant] = [:]

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }
    var tokens: Set<Reactor.Token> { waiting }

    mutating func join(_ token: Reactor.Token) {
        order.append(token)
        waiting.insert(token)
    }

    /// Gives something to whoever waits longest; nil where nobody waits.
    mutating func grantNext(_ grant: PoolLine.Grant) -> Reactor.Token? {
        while first < order.count {
            let token = order[first]
            first += 1
            if first > 64, first * 2 > order.count {
                order.removeFirst(first)
                first = 0
            }
            if waiting.remove(token) != nil {
                granted[token] = grant
                return token
            }
        }
        return nil
    }

    /// Somebody stops waiting: what was granted, if anything.
    mutating func leave(_ token: Reactor.Token) -> PoolLine.Grant? {
        waiting.remove(token)
        return granted.removeValue(forKey: token)
    }
}
