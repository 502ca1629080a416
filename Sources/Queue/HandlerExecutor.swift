import Dispatch

/// Threads of their own for handlers: Swift's cooperative pool is as wide as the cores, and a handler that blocks there
/// would hold up heartbeats and settles. Dispatch adds threads where some block.
final class HandlerExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "rinda.handlers", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
