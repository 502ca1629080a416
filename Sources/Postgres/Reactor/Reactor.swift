import CLibPQ
import Glibc
import Synchronization

/// The one thread that waits for sockets, so that no thread of the cooperative pool ever does.
///
/// A session calls libpq without blocking on its own task; only the waiting comes here. A wait ends when the socket is
/// ready, when somebody signals, at its deadline, or when its task is cancelled. Each wait arms the socket once
/// (`EPOLLONESHOT`), so a socket nobody waits for makes no work.
final class Reactor: Sendable {
    /// The reactor of the process.
    static let shared = Reactor()

    /// Something that can be waited for, by one task at a time: a socket, or a signal alone.
    struct Token: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// What a socket is waited for.
    struct Interest: OptionSet, Sendable {
        let rawValue: UInt32
        static let read = Interest(rawValue: EPOLLIN.rawValue)
        static let write = Interest(rawValue: EPOLLOUT.rawValue)
    }

    /// Why a wait ended.
    enum Wakeup: Sendable {
        case ready(readable: Bool, writable: Bool)
        case timedOut
        case cancelled
    }

    private struct Watch {
        /// The socket, or -1 for a signal alone.
        let fd: Int32
        var isAdded = false
        var isSignalled = false
        var isCancelled = false
        var waiter: UnsafeContinuation<Wakeup, Never>?
        var deadline = Deadline.never

        mutating func takeWaiter() -> UnsafeContinuation<Wakeup, Never>? {
            defer { waiter = nil }
            return waiter
        }
    }

    private struct State {
        var watches: [UInt64: Watch] = [:]
        var lastNumber: UInt64 = 0
        /// When the thread next wakes by itself: never later than the earliest deadline.
        var alarm = Deadline.never
    }

    private let state = Mutex(State())
    private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    /// The number that stands for the eventfd among the events.
    private static let wakeNumber: UInt64 = 0

    private init() {
        // A write to a closed socket is to fail with EPIPE, not to kill the process.
        Glibc.signal(SIGPIPE, SIG_IGN)
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.wakeNumber))
        precondition(
            epoll >= 0 && wake >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0
                && BlockingThread.run { Reactor.shared.loop() },
            "the system grants no epoll, eventfd or thread: errno \(errno)")
    }

    /// Makes a socket known; its owner must forget it before closing it.
    func watch(fd: Int32) -> Token {
        state.withLock { state in
            state.lastNumber += 1
            state.watches[state.lastNumber] = Watch(fd: fd)
            return Token(number: state.lastNumber)
        }
    }

    /// Something to wait for that only a signal, a deadline or a cancellation ends.
    func watchSignal() -> Token {
        watch(fd: -1)
    }

    /// Forgets a socket or signal. Nobody may be waiting for it.
    func forget(_ token: Token) {
        state.withLock { state in
            guard let watch = state.watches.removeValue(forKey: token.number) else { return }
            if watch.isAdded { epoll_ctl(epoll, EPOLL_CTL_DEL, watch.fd, nil) }
        }
    }

    /// Ends the wait for a token, or the next one if nobody waits now.
    func signal(_ token: Token) {
        let waiter = state.withLock { state -> UnsafeContinuation<Wakeup, Never>? in
            guard state.watches[token.number] != nil else { return nil }
            if let waiter = state.watches[token.number]!.takeWaiter() { return waiter }
            state.watches[token.number]!.isSignalled = true
            return nil
        }
        waiter?.resume(returning: .ready(readable: false, writable: false))
    }

    /// Waits until a socket is ready or a token is signalled.
    ///
    /// - Parameter heedsCancellation: whether a cancelled task ends the wait; what must be finished does not heed it.
    func wait(
        _ token: Token, for interest: Interest = [], until deadline: Deadline = .never, heedsCancellation: Bool = true
    ) async -> Wakeup {
        guard heedsCancellation else { return await park(token, interest, deadline) }
        state.withLock { $0.watches[token.number]?.isCancelled = false }
        return await withTaskCancellationHandler {
            await park(token, interest, deadline)
        } onCancel: {
            cancelWait(token)
        }
    }

    private func park(_ token: Token, _ interest: Interest, _ deadline: Deadline) async -> Wakeup {
        await withUnsafeContinuation { continuation in
            var isSooner = false
            let outcome: Wakeup? = state.withLock { state in
                guard var watch = state.watches[token.number] else { return .cancelled }
                precondition(watch.waiter == nil, "two tasks wait for the same thing, which has one owner")
                if watch.isCancelled || watch.isSignalled {
                    let outcome = watch.isCancelled ? Wakeup.cancelled : .ready(readable: false, writable: false)
                    if watch.isCancelled { watch.isCancelled = false } else { watch.isSignalled = false }
                    state.watches[token.number] = watch
                    return outcome
                }
                if watch.fd >= 0 {
                    var event = epoll_event(
                        events: interest.rawValue | EPOLLONESHOT.rawValue, data: epoll_data_t(u64: token.number))
                    let operation = watch.isAdded ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
                    // A descriptor that cannot be watched counts as ready: libpq then finds out what is wrong with it.
                    guard epoll_ctl(epoll, operation, watch.fd, &event) == 0 else {
                        return .ready(readable: true, writable: true)
                    }
                    watch.isAdded = true
                }
                watch.waiter = continuation
                watch.deadline = deadline
                state.watches[token.number] = watch
                if deadline < state.alarm {
                    state.alarm = deadline
                    isSooner = true
                }
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
            if isSooner { wakeThread() }
        }
    }

    private func cancelWait(_ token: Token) {
        let waiter = state.withLock { state -> UnsafeContinuation<Wakeup, Never>? in
            guard state.watches[token.number] != nil else { return nil }
            if let waiter = state.watches[token.number]!.takeWaiter() { return waiter }
            state.watches[token.number]!.isCancelled = true
            return nil
        }
        waiter?.resume(returning: .cancelled)
    }

    private func wakeThread() {
        var one: UInt64 = 1
        _ = write(wake, &one, MemoryLayout<UInt64>.size)
    }

    private func loop() {
        let capacity = 64
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        var resumptions: [(UnsafeContinuation<Wakeup, Never>, Wakeup)] = []
        while true {
            let count = Int(epoll_wait(epoll, events, Int32(capacity), milliseconds(until: state.withLock(\.alarm))))
            state.withLock { state in
                for index in 0..<max(count, 0) {
                    collect(events[index], from: &state, into: &resumptions)
                }
                if state.alarm <= Deadline.now { expire(&state, into: &resumptions) }
            }
            for (continuation, wakeup) in resumptions { continuation.resume(returning: wakeup) }
            resumptions.removeAll(keepingCapacity: true)
        }
    }

    private func collect(
        _ event: epoll_event, from state: inout State,
        into resumptions: inout [(UnsafeContinuation<Wakeup, Never>, Wakeup)]
    ) {
        let number = event.data.u64
        if number == Self.wakeNumber {
            var value: UInt64 = 0
            _ = read(wake, &value, MemoryLayout<UInt64>.size)
            return
        }
        guard let waiter = state.watches[number]?.takeWaiter() else { return }
        // An error or a hang-up counts as readable: reading tells libpq what happened.
        let failed = event.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
        let readable = failed || event.events & EPOLLIN.rawValue != 0
        resumptions.append(
            (waiter, .ready(readable: readable, writable: event.events & EPOLLOUT.rawValue != 0)))
    }

    /// Ends the waits whose deadline is past. Deadlines are looked at only when the alarm rings, so that a wait that ends
    /// in time, as nearly all do, costs nothing for its deadline.
    private func expire(
        _ state: inout State, into resumptions: inout [(UnsafeContinuation<Wakeup, Never>, Wakeup)]
    ) {
        let now = Deadline.now
        var next = Deadline.never
        for (number, watch) in state.watches where watch.waiter != nil {
            if watch.deadline <= now {
                resumptions.append((state.watches[number]!.takeWaiter()!, .timedOut))
            } else if watch.deadline < next {
                next = watch.deadline
            }
        }
        state.alarm = next
    }

    private func milliseconds(until deadline: Deadline) -> Int32 {
        guard deadline != .never else { return -1 }
        let now = Deadline.now
        guard now < deadline else { return 0 }
        // Rounded up, or the thread would spin through the last millisecond.
        return Int32(clamping: (deadline.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }
}
