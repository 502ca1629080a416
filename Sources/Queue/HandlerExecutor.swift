import Dispatch
import Foundation
import Synchronization

/// Threads of their own for handlers, so that a handler that blocks holds up no heartbeat and no settle.
///
/// Swift's own pool and Dispatch's queues share threads as many as there are cores and replace blocked ones about once a
/// second, which is too late for a lease. Here there are as many threads as cores while handlers behave; where the queue
/// does not move although something waits, a watcher adds one every few milliseconds. Threads that find nothing to do
/// end after a while.
final class HandlerExecutor: TaskExecutor {
    private struct State {
        var waiting: [UnownedJob] = []
        var head = 0
        /// How many jobs have been taken from the queue, to see whether it moves.
        var taken: UInt64 = 0
        var threads = 0
        var idle = 0
        var isWatched = false

        var isEmpty: Bool { head == waiting.count }

        mutating func next() -> UnownedJob? {
            guard head < waiting.count else { return nil }
            let job = waiting[head]
            head += 1
            taken &+= 1
            if head == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 4_096 {
                waiting.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    /// What a job that was put into the queue needs.
    private enum Need {
        case nothing
        case wake
        case thread
        case watcher
    }

    private static let mostThreads = 1_024
    private static let usualThreads = max(2, ProcessInfo.processInfo.activeProcessorCount)
    /// How long the queue may stand still before a thread is added.
    private static let patience: useconds_t = 3_000
    /// After how many looks at an empty queue the watcher ends.
    private static let idleLooks = 100
    /// After how many seconds a thread that has nothing to do ends.
    private static let idleSeconds = 10

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let need = state.withLock { state -> Need in
            state.waiting.append(job)
            if state.idle > 0 {
                state.idle -= 1
                return .wake
            }
            if state.threads < Self.usualThreads {
                state.threads += 1
                return .thread
            }
            if !state.isWatched {
                state.isWatched = true
                return .watcher
            }
            return .nothing
        }
        switch need {
        case .nothing: break
        case .wake: work.signal()
        case .thread: startThread()
        case .watcher: Thread.detachNewThread { self.watch() }
        }
    }

    private func startThread() {
        Thread.detachNewThread {
            let executor = self.asUnownedTaskExecutor()
            while true {
                let job = self.state.withLock { state -> UnownedJob? in
                    let job = state.next()
                    if job == nil { state.idle += 1 }
                    return job
                }
                if let job {
                    job.runSynchronously(on: executor)
                } else if self.endsAfterWaiting() {
                    return
                }
            }
        }
    }

    /// Waits for work. True where none came for a while, and the thread is counted as ended.
    private func endsAfterWaiting() -> Bool {
        while work.wait(timeout: .now() + .seconds(Self.idleSeconds)) == .timedOut {
            let ends = state.withLock { state -> Bool in
                // Nobody idle: whoever enqueued has counted on this thread, and its signal is on its way.
                guard state.idle > 0 else { return false }
                state.idle -= 1
                state.threads -= 1
                return true
            }
            if ends { return true }
        }
        return false
    }

    /// Adds threads while the queue stands still.
    private func watch() {
        var seen: UInt64 = 0
        var emptyLooks = 0
        while true {
            usleep(Self.patience)
            let (starts, ends) = state.withLock { state -> (Bool, Bool) in
                emptyLooks = state.isEmpty ? emptyLooks + 1 : 0
                if emptyLooks >= Self.idleLooks {
                    state.isWatched = false
                    return (false, true)
                }
                defer { seen = state.taken }
                guard !state.isEmpty, state.taken == seen, state.idle == 0, state.threads < Self.mostThreads else {
                    return (false, false)
                }
                state.threads += 1
                return (true, false)
            }
            if starts { startThread() }
            if ends { return }
        }
    }
}
