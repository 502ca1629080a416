import Logging

extension Handlers {
    /// Runs the handler of one attempt and says how the attempt ended. Writes nothing of the job's end.
    ///
    /// - Parameters:
    ///   - context: what the handler is given.
    ///   - interruption: why the attempt was interrupted, if it was; asked once the handler has returned.
    package func run(
        _ context: JobContext, interruption: @Sendable () -> AttemptEnd? = { nil }
    ) async -> AttemptEnd {
        guard let run = run(for: context.job.kind) else { return .interrupted }
        do {
            let outcome = try await JobContext.$current.withValue(context) { try await run(context) }
            if context.isSettled { return .returned(.settled) }
            // Work that was done before the interruption reached it counts, unless the lease is gone.
            if interruption() == .leaseLost { return .leaseLost }
            guard outcome != .settled else {
                return .failed(message: "the handler says that it completed the job in its transaction, and did not")
            }
            return .returned(outcome)
        } catch {
            // What went wrong after the commit changes nothing about the job.
            if context.isSettled { return .returned(.settled) }
            if let interruption = interruption() { return interruption }
            switch error {
            case let error as UndecodableArgs:
                return .undecodable(message: error.description)
            case let error as QueueError where error.code == .leaseLost && context.isLost:
                return .leaseLost
            default:
                context.logger.warning("attempt failed", metadata: ["error": "\(error)"])
                return .failed(message: "\(error)")
            }
        }
    }
}
